#include "domino/layers/preprocessing/hashing.h"

#include <string>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/layers/options.h"
#include "domino/layers/preprocessing/categories.h"

namespace domino::layers {

void HashingOptions::fields(Fields& f) {
  f("num_bins", num_bins);
  f("salt", salt);
  f("mask_value", mask_value);
  f("output_mode", output_mode);
  bool sparse = false;
  f("sparse", sparse);
  check_dense(Hashing::kType, "sparse", sparse);
}

Hashing::Hashing(std::int64_t num_bins, HashingOptions options)
    : Hashing(with(&HashingOptions::num_bins, num_bins, std::move(options))) {}

namespace {

Tensor key_of(const Config& mask_value) {
  if (mask_value.is_string()) return Tensor({1}, std::vector<std::string>{mask_value.as_string()});
  return Tensor({1}, std::vector<std::int64_t>{mask_value.as_int()});
}

ops::Table kept_table(const HashingOptions& options) {
  // A single bin takes all.
  if (options.mask_value.is_null() || options.num_bins == 1) return {};
  return {key_of(options.mask_value), Tensor({1}, std::vector<std::int64_t>{0}),
          Tensor({}, std::vector<std::int64_t>{1})};
}

}  // namespace

Hashing::Hashing(HashingOptions options)
    : UnaryLayer(options.name), options_(std::move(options)), kept_(kept_table(options_)) {
  check_output_mode(kType, options_.output_mode, {"int", "one_hot", "multi_hot", "count"});
  check<ValueError>(options_.num_bins > 0, "Hashing: num_bins is {}; expected at least 1",
                    options_.num_bins);
  check<ValueError>(options_.salt.values().size() <= 2,
                    "Hashing: a salt of {} numbers; expected one or two",
                    options_.salt.values().size());
}

Tensor Hashing::bins_of(const Tensor& x) const {
  const std::vector<std::int64_t>& salt = options_.salt.values();
  const bool masks = kept_.keys.defined();
  op::HashBucket hash{.buckets = options_.num_bins - (masks ? 1 : 0)};
  if (!salt.empty()) {
    hash.salted = true;
    hash.key_0 = static_cast<std::uint64_t>(salt.front());
    hash.key_1 = static_cast<std::uint64_t>(salt.back());
  }
  const Tensor bins = ops::hash_bucket(x, hash);
  return masks ? ops::multiply(ops::add(bins, 1), ops::lookup(x, kept_)) : bins;
}

Tensor Hashing::call(const Tensor& x) const {
  const DType dtype = options_.output_mode == "int" ? DType::Int64 : DType::Float32;
  return encode_categories(bins_of(x), {options_.output_mode, options_.num_bins, dtype});
}

}  // namespace domino::layers
