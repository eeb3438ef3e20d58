#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/json_internal.h"
#include "domino/io/safetensors_header_internal.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {
namespace {

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::size_t kMostAxes = 32;  // as NumPy had it; a file cannot make us keep more
constexpr std::uint64_t kMostNumber = std::numeric_limits<std::int64_t>::max();

struct DTypeCode {
  DType dtype;
  std::string_view code;
};
constexpr std::array<DTypeCode, 13> kDTypeCodes{{
    {DType::Float64, "F64"},
    {DType::Float32, "F32"},
    {DType::Float16, "F16"},
    {DType::BFloat16, "BF16"},
    {DType::Int64, "I64"},
    {DType::Int32, "I32"},
    {DType::Int16, "I16"},
    {DType::Int8, "I8"},
    {DType::UInt64, "U64"},
    {DType::UInt32, "U32"},
    {DType::UInt16, "U16"},
    {DType::UInt8, "U8"},
    {DType::Bool, "BOOL"},
}};

constexpr std::string_view kCodeList =
    "F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8 and BOOL";

std::optional<DType> dtype_of_code(std::string_view code) {
  const auto* const it = std::ranges::find(kDTypeCodes, code, &DTypeCode::code);
  return it == kDTypeCodes.end() ? std::nullopt : std::optional(it->dtype);
}

/// Follows the parser through `{"name": {"dtype": ..., "shape": [...], "data_offsets": [...]}}`.
/// Whatever stands elsewhere is refused where it begins, so nothing nests deeper than that.
class HeaderEvents final : public JsonEvents {
 public:
  explicit HeaderEvents(std::uint64_t data_bytes)
      : JsonEvents("its header"), data_bytes_(data_bytes) {}

  std::vector<TensorInfo> take_tensors() { return std::move(tensors_); }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a boolean"); }
  bool number_integer(std::int64_t value) override {
    unexpected(fmt::format("the number {}", value));
  }
  bool number_float(double, const std::string& text) override {
    unexpected(fmt::format("the number {}", text.substr(0, 40)));
  }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ == Place::Shape && value <= kMostNumber) {
      check_tensor(shape_.size() < kMostAxes, "its shape has more than {} axes", kMostAxes);
      shape_.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::Offsets) {
      check_tensor(offsets_.size() < 2, "its data_offsets hold more than two numbers");
      offsets_.push_back(value);
    } else {
      unexpected(fmt::format("the number {}", value));
    }
    return true;
  }

  bool string(std::string& value) override {
    if (place_ == Place::Metadata) return true;
    if (place_ != Place::Tensor || field_ != "dtype") unexpected("a string");
    const std::optional<DType> dtype = dtype_of_code(value);
    check_tensor(dtype.has_value(), "its dtype is {}, which Domino does not read; it reads {}",
                 shown_name(value), kCodeList);
    dtype_ = *dtype;
    return true;
  }

  bool key(std::string& value) override {
    if (place_ == Place::Header) {
      check<IoError>(names_.insert(value).second, "tensor {} comes twice", shown_name(value));
      name_ = value;
    } else if (place_ == Place::Metadata) {
      check<IoError>(fields_.insert(value).second, "'{}' holds {} twice", kMetadata,
                     shown_name(value));
    } else {
      const bool known = value == "dtype" || value == "shape" || value == "data_offsets";
      check_tensor(known, "it has a field {}; expected dtype, shape and data_offsets",
                   shown_name(value));
      check_tensor(fields_.insert(value).second, "its {} comes twice", value);
    }
    field_ = value;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::Outside) {
      place_ = Place::Header;
    } else if (place_ == Place::Header) {
      place_ = name_ == kMetadata ? Place::Metadata : Place::Tensor;
      fields_.clear();
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::Tensor) add_tensor();
    place_ = place_ == Place::Header ? Place::Outside : Place::Header;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::Tensor || field_ == "dtype") unexpected("an array");
    place_ = field_ == "shape" ? Place::Shape : Place::Offsets;
    (place_ == Place::Shape) ? shape_.clear() : offsets_.clear();
    return true;
  }

  bool end_array() override {
    place_ = Place::Tensor;
    return true;
  }

 private:
  enum class Place : std::uint8_t { Outside, Header, Metadata, Tensor, Shape, Offsets };

  template <class... Parts>
  void check_tensor(bool condition, fmt::format_string<Parts...> text, Parts&&... parts) const {
    if (condition) return;
    fail<IoError>("tensor {}: {}", shown_name(name_),
                  fmt::format(text, std::forward<Parts>(parts)...));
  }

  [[noreturn]] void unexpected(const std::string& what) const {
    switch (place_) {
      case Place::Outside:
        fail<IoError>("its header is {}, expected an object", what);
      case Place::Header:
        fail<IoError>("tensor {} is {}, expected an object", shown_name(name_), what);
      case Place::Metadata:
        fail<IoError>("'{}' holds {}, expected strings", kMetadata, what);
      case Place::Tensor:
        fail<IoError>("tensor {}: its {} is {}, expected {}", shown_name(name_), field_, what,
                      field_ == "dtype" ? "a string" : "an array");
      case Place::Shape:
      case Place::Offsets:
        break;
    }
    fail<IoError>("tensor {}: its {} holds {}, expected whole numbers from 0 to {}",
                  shown_name(name_), field_, what,
                  place_ == Place::Shape ? kMostNumber : UINT64_MAX);
  }

  void add_tensor() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      check_tensor(fields_.contains(field), "it has no {}", field);
    }
    check_tensor(offsets_.size() == 2, "its data_offsets hold {} numbers, expected two",
                 offsets_.size());
    const auto [begin, end] = std::pair(offsets_[0], offsets_[1]);
    check_tensor(begin <= end, "its bytes end at {}, before they begin at {}", end, begin);
    check_tensor(end <= data_bytes_, "its bytes end at {}, but the file has {} behind its header",
                 end, data_bytes_);
    const Shape shape(shape_);
    const std::optional<std::uint64_t> needed = tensor_bytes(shape, dtype_);
    check_tensor(needed.has_value(), "shape {} of {} takes more bytes than 64 bits can count",
                 shape, dtype_);
    check_tensor(*needed == end - begin, "shape {} of {} takes {} bytes, but it has {}", shape,
                 dtype_, *needed, end - begin);
    tensors_.push_back({name_, dtype_, shape, begin, end});
  }

  const std::uint64_t data_bytes_;
  Place place_ = Place::Outside;
  std::set<std::string> names_;   // of the tensors so far
  std::set<std::string> fields_;  // of the object in hand
  std::string name_;
  std::string field_;
  DType dtype_ = DType::Float32;
  std::vector<std::int64_t> shape_;
  std::vector<std::uint64_t> offsets_;
  std::vector<TensorInfo> tensors_;
};

/// Every byte belongs to one tensor.
void check_layout(const std::vector<TensorInfo>& tensors, std::uint64_t data_bytes) {
  std::uint64_t end = 0;
  const TensorInfo* before = nullptr;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin < end) {
      fail<IoError>("tensor {} overlaps {}: it begins at byte {}, before byte {}",
                    shown_name(tensor.name), shown_name(before->name), tensor.begin, end);
    }
    check<IoError>(tensor.begin == end, "the {} bytes before tensor {} belong to none",
                   tensor.begin - end, shown_name(tensor.name));
    end = tensor.end;
    before = &tensor;
  }
  check<IoError>(end == data_bytes, "the last {} bytes belong to no tensor", data_bytes - end);
}

}  // namespace

std::vector<TensorInfo> parse_safetensors_header(std::string_view json, std::uint64_t data_bytes) {
  check<IoError>(json.starts_with('{'), "its header does not begin with '{{'");
  HeaderEvents events(data_bytes);
  read_json(json, events);
  std::vector<TensorInfo> tensors = events.take_tensors();
  std::ranges::stable_sort(
      tensors, {}, [](const TensorInfo& tensor) { return std::pair(tensor.begin, tensor.end); });
  check_layout(tensors, data_bytes);
  return tensors;
}

std::string write_safetensors_header(const std::vector<TensorInfo>& tensors) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  std::set<std::string_view> names{kMetadata};
  for (const TensorInfo& tensor : tensors) {
    check<ValueError>(names.insert(tensor.name).second,
                      "tensor {} cannot be written: the name is taken", shown_name(tensor.name));
    const auto* const it = std::ranges::find(kDTypeCodes, tensor.dtype, &DTypeCode::dtype);
    check<DTypeError>(it != kDTypeCodes.end(),
                      "tensor {} is {}, which safetensors files cannot hold",
                      shown_name(tensor.name), tensor.dtype);
    header.push_back({tensor.name,
                      {{"dtype", it->code},
                       {"shape", tensor.shape.sizes()},
                       {"data_offsets", {tensor.begin, tensor.end}}}});
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    fail<ValueError>("the name of a tensor is not valid UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  check<ValueError>(text.size() <= kMostHeaderBytes,
                    "the names of the tensors make a header of {} bytes, the format allows {}",
                    text.size(), kMostHeaderBytes);
  return text;
}

}  // namespace domino
