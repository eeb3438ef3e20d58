#include <farmhash.h>
#include <highwayhash/sip_hash.h>

#include <algorithm>
#include <string>
#include <vector>

#include "domino/backends/reference/kernels.h"

namespace domino::reference {
namespace {

std::uint64_t fingerprint(const std::string& text) {
  return util::Fingerprint64(text.data(), text.size());
}

std::uint64_t salted_hash(const op::HashBucket& op, const std::string& text) {
  const highwayhash::HH_U64 key[2] = {op.key_0, op.key_1};
  return highwayhash::SipHash(key, text.data(), text.size());
}

/// TensorFlow's FingerprintCat64.
std::uint64_t joined(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995U;
  const auto mixed = [](std::uint64_t x) { return x ^ (x >> 47); };
  return mixed(mixed((a ^ kFactor ^ (mixed(b * kFactor) * kFactor)) * kFactor) * kFactor);
}

/// Calls `f(i, text)` for every element; numbers as decimal text.
template <class F>
void for_each_text(const Tensor& x, F f) {
  std::size_t i = 0;
  if (x.dtype() == DType::String) {
    for (const std::string& text : x.data<std::string>()) f(i++, text);
  } else {
    for (const std::int64_t number : x.data<std::int64_t>()) f(i++, std::to_string(number));
  }
}

/// What a cross joins: hashes of strings, and numbers as they are.
std::vector<std::uint64_t> crossed_values(const Tensor& x) {
  std::vector<std::uint64_t> values;
  if (x.dtype() == DType::String) {
    for_each_text(x, [&](std::size_t, const std::string& t) { values.push_back(fingerprint(t)); });
  } else {
    const auto numbers = x.data<std::int64_t>();
    values.assign(numbers.begin(), numbers.end());
  }
  return values;
}

}  // namespace

void hash_bucket(const op::HashBucket& op, op::Inputs inputs, op::Outputs outputs) {
  const auto buckets = static_cast<std::uint64_t>(op.buckets);
  const auto to = outputs[0].mutable_data<std::int64_t>();
  for_each_text(inputs[0], [&](std::size_t i, const std::string& text) {
    const std::uint64_t hash = op.salted ? salted_hash(op, text) : fingerprint(text);
    to[i] = static_cast<std::int64_t>(hash % buckets);
  });
}

void hash_cross(const op::HashCross& op, op::Inputs inputs, op::Outputs outputs) {
  // The key that TensorFlow takes where none is given.
  constexpr std::uint64_t kKey = 0xDECAFCAFFEU;
  const auto to = outputs[0].mutable_data<std::int64_t>();
  std::vector<std::uint64_t> hashes(to.size(), kKey);
  for (const Tensor& x : inputs) {
    std::ranges::transform(hashes, crossed_values(x), hashes.begin(), joined);
  }
  std::ranges::transform(hashes, to.begin(), [&](std::uint64_t hash) {
    return static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(op.buckets));
  });
}

}  // namespace domino::reference
