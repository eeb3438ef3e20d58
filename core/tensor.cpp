#include "domino/core/tensor.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <ostream>

#include "domino/core/check.h"
#include "domino/core/hash.h"
#include "domino/core/mask.h"
#include "domino/core/row_map.h"
#include "domino/core/visit_dtype.h"

namespace domino {
namespace {

/// Wide enough for any vector load, so kernels and oneDNN never meet a split cache line at row 0.
constexpr std::size_t kAlignment = 64;

class HostBytes final : public Storage {
 public:
  explicit HostBytes(std::size_t size)
      : bytes_(static_cast<std::byte*>(
            ::operator new (std::max<std::size_t>(size, 1), std::align_val_t{kAlignment}))) {}
  ~HostBytes() override { ::operator delete (bytes_, std::align_val_t{kAlignment}); }
  HostBytes(const HostBytes&) = delete;
  HostBytes& operator=(const HostBytes&) = delete;
  Device device() const override { return Device::Host; }
  std::byte* bytes() override { return bytes_; }

 private:
  std::byte* bytes_;
};

class HostStrings final : public Storage {
 public:
  explicit HostStrings(std::size_t size) : strings_(size) {}
  Device device() const override { return Device::Host; }
  std::byte* bytes() override { return reinterpret_cast<std::byte*>(strings_.data()); }

 private:
  std::vector<std::string> strings_;
};

std::shared_ptr<Storage> host_storage(std::int64_t elements, DType dtype) {
  const auto count = static_cast<std::size_t>(elements);
  if (dtype == DType::String) return std::make_shared<HostStrings>(count);
  std::size_t bytes = 0;
  check(!__builtin_mul_overflow(count, size_of(dtype), &bytes),
        "{} elements of {} are more than memory can hold", elements, dtype);
  return std::make_shared<HostBytes>(bytes);
}

/// The C++ type of the elements.
std::string type_of(DType dtype) {
  switch (dtype) {
    case DType::Float32:
      return "float";
    case DType::Float64:
      return "double";
    case DType::Float16:
      return "Float16";
    case DType::BFloat16:
      return "BFloat16";
    case DType::Bool:
      return "bool";
    case DType::String:
      return "std::string";
    default:
      return fmt::format("std::{}_t", dtype);
  }
}

}  // namespace

std::string_view name_of(Device device) {
  switch (device) {
    case Device::Host:
      return "host";
    case Device::Meta:
      return "meta";
    case Device::Guarded:
      return "guarded";
    case Device::Cuda:
      return "cuda";
  }
  return "unknown";
}

std::uint64_t Storage::next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

std::shared_ptr<void> Storage::attachment(const std::string& key,
                                          const std::function<std::shared_ptr<void>()>& make) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<void>& slot = attachments_[key];
  if (!slot) slot = make();
  return slot;
}

struct Tensor::Packed {
  Tensor rows;
  std::shared_ptr<const RowMap> map;
  int mapped_axes = 0;
  mutable std::mutex mutex = {};
  mutable std::shared_ptr<Storage> unpacked = nullptr;  ///< the numbers of every place, once read

  const std::shared_ptr<Storage>& unpack(DType dtype) const;
};

struct Tensor::Impl {
  Shape shape;
  DType dtype = DType::Float32;
  std::int64_t elements = 0;
  std::shared_ptr<Storage> storage;  ///< null on meta, and of a packed tensor
  ValueNumber value;
  std::shared_ptr<const Packed> packed = nullptr;
};

const std::shared_ptr<Storage>& Tensor::Packed::unpack(DType dtype) const {
  check<DeviceError>(rows.device() == Device::Host,
                     "a packed tensor on '{}' is read as it is; unpack it first",
                     name_of(rows.device()));
  const std::lock_guard lock(mutex);
  if (unpacked) return unpacked;
  const std::int64_t row = map->rows() == 0 ? 0 : rows.elements() / map->rows();
  const auto entry = static_cast<std::size_t>(row) * size_of(dtype);
  unpacked = host_storage(row * map->places(), dtype);
  const std::byte* from = rows.storage()->bytes();
  std::byte* to = unpacked->bytes();
  for (const std::int32_t at : map->row_of()) {
    std::memcpy(to, from + static_cast<std::size_t>(at) * entry, entry);
    to += entry;
  }
  return unpacked;
}

Tensor::Tensor(Shape shape, std::initializer_list<float> values)
    : Tensor(std::move(shape), std::vector<float>(values)) {}

template <class T>
Tensor::Tensor(Shape shape, const std::vector<T>& values) {
  check(static_cast<std::int64_t>(values.size()) == shape.elements(),
        "a tensor of shape {} takes {} values, got {}", shape, shape.elements(), values.size());
  *this = empty(std::move(shape), kDTypeOf<T>);
  std::copy(values.begin(), values.end(), mutable_data<T>().begin());
}

Tensor Tensor::empty(Shape shape, DType dtype) {
  const std::int64_t elements = shape.elements();
  return on(host_storage(elements, dtype), std::move(shape), dtype);
}

Tensor Tensor::on(std::shared_ptr<Storage> storage, Shape shape, DType dtype) {
  const std::int64_t elements = shape.elements();
  return Tensor(std::make_shared<const Impl>(
      Impl{std::move(shape), dtype, elements, std::move(storage), {}}));
}

Tensor Tensor::packed(const Tensor& rows, std::shared_ptr<const RowMap> map, Shape shape) {
  check<DTypeError>(rows.dtype() != DType::String, "a packed tensor of strings");
  const std::optional<int> mapped =
      leading_axes(shape, map->places(), std::max(shape.rank() - rows.rank() + 1, 1));
  check(mapped && rows.rank() > 0 && rows.size(0) == map->rows() &&
            shape.elements() * map->rows() == rows.elements() * map->places(),
        "rows {} of a map from {} places to {} rows do not make a tensor of {}", rows.shape(),
        map->places(), map->rows(), shape);
  return packed(rows, std::move(map), std::move(shape), *mapped);
}

Tensor Tensor::packed(const Tensor& rows, std::shared_ptr<const RowMap> map, Shape shape,
                      int mapped_axes) {
  std::vector<std::int64_t> sizes = {map->rows()};
  sizes.insert(sizes.end(), shape.begin() + mapped_axes, shape.end());
  auto packed = std::make_shared<Packed>();
  packed->rows = rows.viewed_as(Shape(std::move(sizes)));
  packed->map = std::move(map);
  packed->mapped_axes = mapped_axes;
  const std::int64_t elements = shape.elements();
  return Tensor(std::make_shared<const Impl>(
      Impl{std::move(shape), rows.dtype(), elements, nullptr, {}, std::move(packed)}));
}

Tensor Tensor::meta(Shape shape, DType dtype, ValueNumber value) {
  const std::int64_t elements = shape.elements();
  return Tensor(
      std::make_shared<const Impl>(Impl{std::move(shape), dtype, elements, nullptr, value}));
}

const Tensor::Impl& Tensor::impl() const {
  check<ValueError>(defined(), "a tensor is used that was never given a value");
  return *impl_;
}

const Shape& Tensor::shape() const { return impl().shape; }
std::int64_t Tensor::elements() const { return impl().elements; }
DType Tensor::dtype() const { return impl().dtype; }
Device Tensor::device() const {
  if (impl().packed) return impl_->packed->rows.device();
  return impl_->storage ? impl_->storage->device() : Device::Meta;
}

int Tensor::device_index() const {
  const Tensor& there = is_packed() ? impl_->packed->rows : *this;
  return there.is_meta() ? 0 : there.impl_->storage->device_index();
}

const std::shared_ptr<const RowMap>& Tensor::row_map() const {
  static const std::shared_ptr<const RowMap> kNone;
  return impl().packed ? impl_->packed->map : kNone;
}

const Tensor& Tensor::rows() const {
  check<ValueError>(is_packed(), "the rows of a tensor {} that is not packed", shape());
  return impl_->packed->rows;
}

int Tensor::mapped_axes() const { return is_packed() ? impl_->packed->mapped_axes : 0; }

template <class T>
std::span<const T> Tensor::data() const {
  check<DeviceError>(device() == Device::Host,
                     "the numbers of a tensor {} on '{}' are read, but only host tensors can be; "
                     "a layer's call must compute with ops:: verbs",
                     shape(), name_of(device()));
  check<DTypeError>(dtype() == kDTypeOf<T>,
                    "a tensor of {} is read as {}; read it with data<{}>(), or convert it first, "
                    "with ops::cast",
                    dtype(), kDTypeOf<T>, type_of(dtype()));
  return {reinterpret_cast<const T*>(storage()->bytes()), static_cast<std::size_t>(elements())};
}

template <class T>
std::span<T> Tensor::mutable_data() {
  const std::span<const T> numbers = data<T>();
  return {const_cast<T*>(numbers.data()), numbers.size()};
}

double Tensor::item(std::initializer_list<std::int64_t> index) const {
  std::int64_t offset = 0;
  if (index.size() == 0) {
    check(elements() == 1, "item() without an index needs one element, got shape {}", shape());
  } else {
    check(static_cast<int>(index.size()) == rank(), "an index of {} numbers into shape {}",
          index.size(), shape());
    int axis = 0;
    for (const std::int64_t i : index) {
      check(i >= 0 && i < size(axis), "index {} is outside axis {} of shape {}", i, axis, shape());
      offset = offset * size(axis++) + i;
    }
  }
  return visit_number(dtype(), [&]<class T>(TypeTag<T>) {
    return static_cast<double>(widen(data<T>()[static_cast<std::size_t>(offset)]));
  });
}

const std::shared_ptr<Storage>& Tensor::storage() const {
  return impl().packed ? impl_->packed->unpack(impl_->dtype) : impl_->storage;
}

ValueNumber Tensor::value_number() const {
  if (is_meta()) return impl().value;
  Hasher hasher;
  const Storage& memory = impl().packed ? *impl_->packed->rows.storage() : *impl_->storage;
  hasher.add("storage").add(reinterpret_cast<std::uintptr_t>(&memory));
  hasher.add(reinterpret_cast<std::uintptr_t>(row_map().get()));
  hasher.add(shape().sizes()).add(static_cast<std::uint64_t>(dtype()));
  return hasher.value();
}

const OptionalMask& Tensor::mask() const {
  static const OptionalMask kNone;
  return mask_ ? *mask_ : kNone;
}

Tensor Tensor::with_mask(OptionalMask mask) const {
  Tensor result = *this;
  result.mask_ = mask ? std::make_shared<const OptionalMask>(std::move(mask)) : nullptr;
  return result;
}

Tensor Tensor::without_mask() const { return with_mask(std::nullopt); }

Tensor Tensor::viewed_as(Shape shape, ValueNumber value) const {
  check(shape.elements() == elements(), "a tensor of shape {} has {} elements, not the {} of {}",
        this->shape(), elements(), shape.elements(), shape);
  if (is_meta()) return meta(std::move(shape), dtype(), value);
  if (is_packed()) {
    if (const auto mapped = leading_axes(shape, row_map()->places(), mapped_axes())) {
      return packed(rows(), row_map(), std::move(shape), *mapped);
    }
  }
  return on(storage(), std::move(shape), dtype());
}

bool equal(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype() || a.device() != b.device()) return false;
  if (a.is_meta()) return a.value_number() == b.value_number();
  if (a.storage()->bytes() == b.storage()->bytes()) return true;
  if (a.dtype() == DType::String) {
    const auto x = a.data<std::string>();
    return std::equal(x.begin(), x.end(), b.data<std::string>().begin());
  }
  return visit_number(a.dtype(), [&]<class T>(TypeTag<T>) {
    const auto x = a.data<T>();
    return x.empty() || std::memcmp(x.data(), b.data<T>().data(), x.size_bytes()) == 0;
  });
}

namespace {

std::string text_of(const Tensor& tensor, std::size_t index) {
  if (tensor.dtype() == DType::String) return '"' + tensor.data<std::string>()[index] + '"';
  if (tensor.dtype() == DType::Bool) return tensor.data<bool>()[index] ? "true" : "false";
  return visit_number(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    const auto value = widen(tensor.data<T>()[index]);
    return fmt::format("{}", value);
  });
}

void append_axis(std::string& text, const Tensor& tensor, int axis, std::size_t& index) {
  constexpr std::int64_t kMostPerAxis = 16;
  if (axis == tensor.rank()) {
    text += text_of(tensor, index++);
    return;
  }
  const auto below = static_cast<std::size_t>(
      Shape(std::vector<std::int64_t>(tensor.shape().begin() + axis + 1, tensor.shape().end()))
          .elements());
  text += '[';
  for (std::int64_t i = 0; i < tensor.size(axis); ++i) {
    if (i > 0) text += ", ";
    if (i == kMostPerAxis) {
      text += "...";
      index += below * static_cast<std::size_t>(tensor.size(axis) - i);
      break;
    }
    append_axis(text, tensor, axis + 1, index);
  }
  text += ']';
}

}  // namespace

std::string to_string(const Tensor& tensor) {
  if (!tensor.defined()) return "no tensor";
  std::string text = fmt::format("{} {}", tensor.dtype(), tensor.shape());
  if (tensor.device() != Device::Host)
    return fmt::format("{} on {}", text, name_of(tensor.device()));
  std::size_t index = 0;
  text += ' ';
  append_axis(text, tensor, 0, index);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  return out << to_string(tensor);
}

#define DOMINO_TENSOR_OF(T)                              \
  template Tensor::Tensor(Shape, const std::vector<T>&); \
  template std::span<const T> Tensor::data<T>() const;   \
  template std::span<T> Tensor::mutable_data<T>();
DOMINO_TENSOR_OF(float)
DOMINO_TENSOR_OF(double)
DOMINO_TENSOR_OF(Float16)
DOMINO_TENSOR_OF(BFloat16)
DOMINO_TENSOR_OF(std::int8_t)
DOMINO_TENSOR_OF(std::int16_t)
DOMINO_TENSOR_OF(std::int32_t)
DOMINO_TENSOR_OF(std::int64_t)
DOMINO_TENSOR_OF(std::uint8_t)
DOMINO_TENSOR_OF(std::uint16_t)
DOMINO_TENSOR_OF(std::uint32_t)
DOMINO_TENSOR_OF(std::uint64_t)
DOMINO_TENSOR_OF(bool)
DOMINO_TENSOR_OF(std::string)
#undef DOMINO_TENSOR_OF

}  // namespace domino
