#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domino/core/dtype.h"
#include "domino/core/shape.h"

namespace domino {

class Mask;
class RowMap;
using OptionalMask = std::optional<Mask>;

/// Where a tensor's numbers lie.
enum class Device : std::uint8_t {
  Host,
  Meta,     ///< nowhere: sizes, a dtype and a value number only
  Guarded,  ///< host memory that refuses host access, to find host habits without a GPU
  Cuda,
};
std::string_view name_of(Device device);

/// How a value was made, as a hash of (op, operands, attributes): equal numbers, equal values.
struct ValueNumber {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads a defaulted <=>
  friend auto operator<=>(const ValueNumber&, const ValueNumber&) = default;
};

/// Memory of a tensor on some device. Backends derive from it.
class Storage {
 public:
  virtual ~Storage() = default;
  virtual Device device() const = 0;
  /// Which of the devices of that kind.
  virtual int device_index() const { return 0; }
  /// Start of the memory; host code may follow it only if `device()` is Host.
  virtual std::byte* bytes() = 0;
  /// No other memory of this process has it, or ever had.
  std::uint64_t id() const { return id_; }

  /// What a backend keeps beside a weight as long as the weight lives, such as its packed form.
  /// `make` runs at most once per `key`; safe to call from many threads.
  std::shared_ptr<void> attachment(const std::string& key,
                                   const std::function<std::shared_ptr<void>()>& make);

 private:
  static std::uint64_t next_id();

  const std::uint64_t id_ = next_id();
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<void>> attachments_;
};

/// An n-dimensional array, row-major, with the mask that hangs on it (Keras' `_keras_mask`).
///
/// A handle: copies share the numbers, which never change once an op has written them.
/// A *meta* tensor has sizes, a dtype and a value number, and no numbers; reading it throws.
/// A *packed* tensor keeps equal parts once, such as those under padding: it has rows, and a map that
/// says which of them each place of its leading axes shows. It reads like any other tensor.
class Tensor {
 public:
  /// No tensor: `defined()` is false. Stands for an argument that was not given.
  Tensor() = default;
  /// A float32 host tensor. Throws ShapeError if the count of values is not the shape's.
  Tensor(Shape shape, std::initializer_list<float> values);
  /// A host tensor of `T`'s dtype, copied. Throws ShapeError if the counts differ.
  template <class T>
  Tensor(Shape shape, const std::vector<T>& values);

  /// A host tensor whose numbers are not set yet, for kernels and readers to fill.
  static Tensor empty(Shape shape, DType dtype);
  static Tensor on(std::shared_ptr<Storage> storage, Shape shape, DType dtype);
  static Tensor meta(Shape shape, DType dtype, ValueNumber value);
  /// A tensor of `shape`, of which place i of the first axes (as many as have `map->places()` entries)
  /// shows the row of `rows` (map->rows(), ...) that `map` names. Throws ShapeError if the sizes
  /// differ, DTypeError for strings.
  static Tensor packed(const Tensor& rows, std::shared_ptr<const RowMap> map, Shape shape);

  bool defined() const { return impl_ != nullptr; }
  const Shape& shape() const;
  int rank() const { return shape().rank(); }
  /// Size of `axis`; negative axes count from the end.
  std::int64_t size(int axis) const { return shape()[axis]; }
  std::int64_t elements() const;
  DType dtype() const;
  Device device() const;
  /// Which of the devices of that kind.
  int device_index() const;
  bool is_meta() const { return device() == Device::Meta; }

  bool is_packed() const { return row_map() != nullptr; }
  /// The map of a packed tensor, null for another.
  const std::shared_ptr<const RowMap>& row_map() const;
  /// The rows of a packed tensor: (rows, ...).
  const Tensor& rows() const;
  /// How many leading axes of a packed tensor its map stands for.
  int mapped_axes() const;

  /// The numbers; of a packed tensor those of every place, copied when they are first read. Throws
  /// DTypeError if `T` is not the element type, DeviceError off the host.
  template <class T>
  std::span<const T> data() const;
  /// For the kernel or reader that has just made this tensor; nobody else holds it yet.
  template <class T>
  std::span<T> mutable_data();
  /// The only number of a one-element tensor, or the element at `index`, as a double.
  double item(std::initializer_list<std::int64_t> index = {}) const;

  /// The memory of the numbers, on meta null. Throws DeviceError for a packed tensor off the host.
  const std::shared_ptr<Storage>& storage() const;
  /// Hash of how this value was made; for tensors with numbers, of where they lie.
  ValueNumber value_number() const;

  /// The mask that hangs on this tensor.
  const OptionalMask& mask() const;
  /// The same numbers with another mask, or none.
  Tensor with_mask(OptionalMask mask) const;
  Tensor without_mask() const;

  /// The same numbers seen with other sizes; the mask stays behind. A packed tensor stays packed if
  /// some leading axes of `shape` are those that are mapped. Throws ShapeError.
  Tensor viewed_as(Shape shape, ValueNumber value = {}) const;

  /// True if both are the one object that a call returned: an identity layer gives its input back.
  bool same_object(const Tensor& other) const { return impl_ == other.impl_; }

 private:
  struct Impl;
  struct Packed;
  explicit Tensor(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  static Tensor packed(const Tensor& rows, std::shared_ptr<const RowMap> map, Shape shape,
                       int mapped_axes);
  const Impl& impl() const;

  std::shared_ptr<const Impl> impl_;
  std::shared_ptr<const OptionalMask> mask_;
};

using Tensors = std::vector<Tensor>;

/// `float32 (2, 3) [[1, 2, 3], [4, 5, 6]]`; long tensors are cut.
std::string to_string(const Tensor& tensor);
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

/// True if shapes, dtypes and bits are equal (for meta tensors: value numbers). Masks do not count.
bool equal(const Tensor& a, const Tensor& b);

}  // namespace domino
