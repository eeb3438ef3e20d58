#include "domino/io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <numeric>
#include <span>
#include <system_error>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/new_file_internal.h"
#include "domino/io/safetensors_header_internal.h"

namespace domino {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::uint64_t kLengthBytes = 8;

bool read_exactly(std::ifstream& file, char* to, std::uint64_t bytes) {
  file.read(to, static_cast<std::streamsize>(bytes));
  return static_cast<bool>(file);
}

/// A bool of another value than 0 and 1 is no bool to C++.
void check_bools(const Tensor& tensor) {
  const std::span bytes(tensor.storage()->bytes(), static_cast<std::size_t>(tensor.elements()));
  const auto bad = std::ranges::find_if(bytes, [](std::byte b) { return b > std::byte{1}; });
  check<IoError>(bad == bytes.end(), "its element {} is neither 0 nor 1", bad - bytes.begin());
}

Tensor allocate(const TensorInfo& info) {
  try {
    return Tensor::empty(info.shape, info.dtype);
  } catch (const std::bad_alloc&) {
    fail<IoError>("there is no memory for its {} bytes", info.end - info.begin);
  }
}

}  // namespace

SafetensorsReader::SafetensorsReader(std::filesystem::path file) : path_(std::move(file)) {
  try {
    read_header();
  } catch (IoError& error) {
    error.add_context(fmt::format("'{}'", path_.string()));
    throw;
  }
}

void SafetensorsReader::read_header() {
  std::error_code ignored;
  const auto status = std::filesystem::status(path_, ignored);
  check<IoError>(std::filesystem::exists(status), "there is no such file");
  // Opening a pipe would wait for a writer.
  check<IoError>(std::filesystem::is_regular_file(status), "this is not a file");
  file_.open(path_, std::ios::binary | std::ios::ate);
  const std::streamoff size = file_.is_open() ? std::streamoff(file_.tellg()) : -1;
  check<IoError>(size >= 0, "the file cannot be opened for reading");
  const auto file_bytes = static_cast<std::uint64_t>(size);
  file_.seekg(0);

  std::array<char, kLengthBytes> length{};
  check<IoError>(
      file_bytes >= kLengthBytes && read_exactly(file_, length.data(), kLengthBytes),
      "the file has {} bytes; a safetensors file begins with the length of its header, 8 bytes",
      file_bytes);
  const auto header_bytes = std::bit_cast<std::uint64_t>(length);
  const std::uint64_t rest = file_bytes - kLengthBytes;
  check<IoError>(header_bytes <= rest,
                 "its header should have {} bytes, but only {} follow; is it a safetensors file?",
                 header_bytes, rest);
  check<IoError>(header_bytes <= kMostHeaderBytes,
                 "its header should have {} bytes; the format allows {}", header_bytes,
                 kMostHeaderBytes);
  std::string header(header_bytes, '\0');
  check<IoError>(read_exactly(file_, header.data(), header_bytes), "its header cannot be read");
  data_start_ = kLengthBytes + header_bytes;
  tensors_ = parse_safetensors_header(header, rest - header_bytes);
}

Tensor SafetensorsReader::read(std::size_t index) {
  const TensorInfo& info = tensors_.at(index);
  try {
    Tensor tensor = allocate(info);
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(data_start_ + info.begin));
    auto* const to = reinterpret_cast<char*>(tensor.storage()->bytes());
    check<IoError>(read_exactly(file_, to, info.end - info.begin),
                   "its bytes cannot be read; has the file been changed?");
    if (info.dtype == DType::Bool) check_bools(tensor);
    return tensor;
  } catch (IoError& error) {
    error.add_context(fmt::format("'{}': tensor {}", path_.string(), shown_name(info.name)));
    throw;
  }
}

NamedTensors read_safetensors(const std::filesystem::path& file) {
  SafetensorsReader reader(file);
  NamedTensors tensors;
  for (std::size_t i = 0; i < reader.tensors().size(); ++i) {
    tensors.push_back({reader.tensors()[i].name, reader.read(i)});
  }
  return tensors;
}

namespace {

std::span<const std::byte> bytes_of(const Tensor& tensor) {
  return {tensor.storage()->bytes(),
          static_cast<std::size_t>(tensor.elements()) * size_of(tensor.dtype())};
}

void check_writable(const NamedTensor& tensor) {
  check<ValueError>(tensor.value.defined(), "tensor {} was never given a value",
                    shown_name(tensor.name));
  check<DTypeError>(tensor.value.dtype() != DType::String,
                    "tensor {} is string, which safetensors files cannot hold",
                    shown_name(tensor.name));
  check<DeviceError>(tensor.value.device() == Device::Host,
                     "tensor {} is on '{}'; only host tensors can be written",
                     shown_name(tensor.name), name_of(tensor.value.device()));
}

/// Positions of the tensors as they are written: the widest elements first.
std::vector<std::size_t> writing_order(const NamedTensors& tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t index) {
    return size_of(tensors[index].value.dtype());
  });
  return order;
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, const NamedTensors& tensors) {
  std::ranges::for_each(tensors, check_writable);
  const std::vector<std::size_t> order = writing_order(tensors);
  std::vector<TensorInfo> infos;
  std::uint64_t end = 0;
  for (const std::size_t index : order) {
    const auto& [name, value] = tensors[index];
    const std::uint64_t begin = std::exchange(end, end + bytes_of(value).size());
    infos.push_back({name, value.dtype(), value.shape(), begin, end});
  }
  const std::string header = write_safetensors_header(infos);
  const std::uint64_t length = header.size();

  NewFile written(file);
  written.write(std::as_bytes(std::span(&length, 1)));
  written.write(std::as_bytes(std::span(header)));
  for (const std::size_t index : order) written.write(bytes_of(tensors[index].value));
  written.commit();
}

}  // namespace domino
