#include "domino/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <utility>

#include "domino/core/check.h"
#include "domino/io/byte_source_internal.h"
#include "domino/io/new_file_internal.h"
#include "domino/io/safetensors_header_internal.h"
#include "domino/io/shown_name_internal.h"
#include "domino/io/tensor_bytes_internal.h"

namespace domino {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::uint64_t kLengthBytes = 8;

}  // namespace

SafetensorsReader::SafetensorsReader(const std::filesystem::path& file)
    : file_(std::make_shared<const ByteSource>(ByteSource::file(file))) {
  try {
    read_header();
  } catch (IoError& error) {
    error.add_context(file_->name());
    throw;
  }
}

void SafetensorsReader::read_header() {
  check<IoError>(
      file_->size() >= kLengthBytes,
      "the file has {} bytes; a safetensors file begins with the length of its header, 8 bytes",
      file_->size());
  const auto header_bytes = file_->number<std::uint64_t>(0);
  const std::uint64_t rest = file_->size() - kLengthBytes;
  check<IoError>(header_bytes <= rest,
                 "its header should have {} bytes, but only {} follow; is it a safetensors file?",
                 header_bytes, rest);
  check<IoError>(header_bytes <= kMostHeaderBytes,
                 "its header should have {} bytes; the format allows {}", header_bytes,
                 kMostHeaderBytes);
  data_start_ = kLengthBytes + header_bytes;
  tensors_ = parse_safetensors_header(file_->text(kLengthBytes, header_bytes), rest - header_bytes);
}

Tensor SafetensorsReader::read(std::size_t index) const {
  const TensorInfo& info = tensors_.at(index);
  try {
    return read_tensor(*file_, data_start_ + info.begin, info.shape, info.dtype);
  } catch (IoError& error) {
    error.add_context(fmt::format("{}: tensor {}", file_->name(), shown_name(info.name)));
    throw;
  }
}

NamedTensors read_safetensors(const std::filesystem::path& file) {
  const SafetensorsReader reader(file);
  NamedTensors tensors;
  for (std::size_t i = 0; i < reader.tensors().size(); ++i) {
    tensors.push_back({reader.tensors()[i].name, reader.read(i)});
  }
  return tensors;
}

namespace {

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
  std::vector<std::span<const std::byte>> bytes;
  for (const auto& [name, value] : tensors)
    bytes.push_back(writable_bytes(name, value, "safetensors"));
  const std::vector<std::size_t> order = writing_order(tensors);
  std::vector<TensorInfo> infos;
  std::uint64_t end = 0;
  for (const std::size_t index : order) {
    const auto& [name, value] = tensors[index];
    const std::uint64_t begin = std::exchange(end, end + bytes[index].size());
    infos.push_back({name, value.dtype(), value.shape(), begin, end});
  }
  const std::string header = write_safetensors_header(infos);
  const std::uint64_t length = header.size();

  NewFile written(file);
  written.write(std::as_bytes(std::span(&length, 1)));
  written.write(std::as_bytes(std::span(header)));
  for (const std::size_t index : order) written.write(bytes[index]);
  written.commit();
}

}  // namespace domino
