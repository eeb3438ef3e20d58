#include "domino/graph/input_layer.h"

#include <atomic>
#include <utility>

#include "domino/core/check.h"
#include "domino/core/hash.h"

namespace domino {
namespace {

ValueNumber fresh_value() {
  static std::atomic<std::uint64_t> last = 0;
  return Hasher().add("input").add(++last).value();
}

}  // namespace

InputLayer::InputLayer(InputOptions options) : Layer(options.name), options_(std::move(options)) {
  for (const std::int64_t size : batch_shape()) {
    check<ValueError>(size >= 0 || size == kAny,
                      "InputLayer: the size {} in {}; expected sizes of at least 0, or kAny where "
                      "a size may vary",
                      size, batch_shape());
  }
}

namespace {

/// In C++ -1 stands for null; in a file it stands for nothing.
void check_no_negative_size(const Config& config) {
  const Config* sizes = config.find("batch_shape");
  if (sizes == nullptr || !sizes->is_array()) return;
  for (const Config& size : sizes->as_array()) {
    check<ValueError>(!size.is_int() || size.as_int() >= 0,
                      "'batch_shape' has the size {}; expected sizes of at least 0, or null",
                      size.to_json());
  }
}

}  // namespace

InputLayer InputLayer::from_config(const Config& config) {
  check_no_negative_size(config);
  InputOptions options;
  Fields fields(config);
  std::vector<std::int64_t> sizes;
  fields("batch_shape", sizes);
  check<ValueError>(!sizes.empty(), "'batch_shape' is missing or empty; expected [null, ...]");
  options.batch_size = sizes.front();
  options.shape = Shape(std::vector<std::int64_t>(sizes.begin() + 1, sizes.end()));
  std::string dtype(name_of(options.dtype));
  fields("dtype", dtype);
  options.dtype = dtype_from_name(dtype);
  fields("name", options.name);
  return InputLayer(std::move(options));
}

Shape InputLayer::batch_shape() const { return options_.shape.inserted(0, options_.batch_size); }

Config InputLayer::config() const {
  Config::Array sizes;
  for (const std::int64_t size : batch_shape()) {
    sizes.push_back(size == kAny ? Config() : Config(size));
  }
  Config config = Config::object({{"batch_shape", std::move(sizes)}});
  config.set("dtype", name_of(options_.dtype));
  config.set("name", name());
  return config;
}

const Signature& InputLayer::signature() const {
  static const Signature kNone;
  return kNone;
}

Tensors InputLayer::call_with(const Arguments&) const {
  fail<BuildError>("an input is fed by its model; it is not called");
}

std::shared_ptr<const Layer> InputLayer::clone() const {
  return std::make_shared<const InputLayer>(*this);
}

SymbolicTensor Input(const InputLayer& layer) {
  EdgeFacts facts;
  facts.shape = layer.batch_shape();
  facts.dtype = layer.dtype();
  facts.value = fresh_value();
  return {std::make_shared<const CallNode>(LayerHandle(layer), Call<SymbolicTensor>{},
                                           std::vector<EdgeFacts>{facts}),
          0};
}

SymbolicTensor Input(InputOptions options) { return Input(InputLayer(std::move(options))); }

}  // namespace domino
