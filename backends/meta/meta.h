#pragma once

#include <cstdint>
#include <optional>

#include "domino/backends/backend.h"
#include "domino/core/shape.h"

namespace domino::meta {

/// The backend that computes nothing: while it is current, every op gives a meta tensor.
const Backend& meta_backend();

/// Says, while it lasts, what stands for a size that depends on the numbers, such as that of the
/// longest row of tokens.
class UnknownSize {
 public:
  explicit UnknownSize(std::int64_t size);
  ~UnknownSize();
  UnknownSize(const UnknownSize&) = delete;
  UnknownSize& operator=(const UnknownSize&) = delete;

  /// Whether an op has had such a size.
  bool used() const { return used_; }

 private:
  friend Shape with_unknown_sizes(const Shape& shape);
  friend std::optional<std::int64_t> unknown_size();
  const std::int64_t size_;
  bool used_ = false;
  UnknownSize* const outer_;
};

/// That of the innermost UnknownSize of this thread, if there is one.
std::optional<std::int64_t> unknown_size();

/// `shape` with the size of the innermost UnknownSize for each kAny. Throws DeviceError without one.
Shape with_unknown_sizes(const Shape& shape);

}  // namespace domino::meta
