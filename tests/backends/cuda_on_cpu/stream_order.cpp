#include "tests/backends/cuda_on_cpu/stream_order.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace domino::cuda {
namespace {

void merge_progress(Progress& into, const Progress& other) {
  for (const auto& [stream, time] : other) into[stream] = std::max(into[stream], time);
}

Progress next_moment(CUstream_st& stream) { return {{&stream, ++stream.progress[&stream]}}; }

void expect_device(int device, const CUstream_st& stream) {
  if (device != stream.device) throw std::logic_error("memory of one device is used by another");
}

}  // namespace

StreamOrder& StreamOrder::of_process() {
  static StreamOrder& order = *new StreamOrder;
  return order;
}

void StreamOrder::record(CUevent_st& event, const CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  event.progress = stream.progress;
}

void StreamOrder::follow(CUstream_st& stream, const CUevent_st& event) {
  const std::lock_guard lock(mutex_);
  merge_progress(stream.progress, event.progress);
}

void StreamOrder::wait(const CUevent_st& event) {
  const std::lock_guard lock(mutex_);
  merge_progress(done_, event.progress);
}

void StreamOrder::wait(const CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  merge_progress(done_, stream.progress);
}

bool StreamOrder::has_happened(const CUevent_st& event) {
  const std::lock_guard lock(mutex_);
  return is_behind({}, event.progress);
}

void StreamOrder::allocate(const std::byte* memory, std::size_t bytes, CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  memory_[memory] = {bytes, stream.device, false, next_moment(stream), {}};
}

void StreamOrder::release(const std::byte* memory, CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  const auto at = memory_.find(memory);
  if (at == memory_.end()) throw std::logic_error("memory is released that is not there");
  expect_device(at->second.device, stream);
  expect_behind(stream, at->second.writes, "memory is released before it has surely been set");
  expect_behind(stream, at->second.reads, "memory is released while another stream may read it");
  memory_.erase(at);
}

void StreamOrder::write(const void* address, CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  if (Memory* memory = find(address)) write(*memory, stream);
}

void StreamOrder::read(const void* address, CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  if (Memory* memory = find(address)) read(*memory, stream);
}

void StreamOrder::use(const void* address, CUstream_st& stream) {
  const std::lock_guard lock(mutex_);
  Memory* memory = find(address);
  if (memory == nullptr) return;
  memory->is_set ? read(*memory, stream) : write(*memory, stream);
}

/// Whether all of `what` has happened for one who knows so much.
bool StreamOrder::is_behind(const Progress& known, const Progress& what) const {
  const auto covers = [](const Progress& progress, const auto& moment) {
    const auto found = progress.find(moment.first);
    return found != progress.end() && found->second >= moment.second;
  };
  return std::ranges::all_of(
      what, [&](const auto& moment) { return covers(known, moment) || covers(done_, moment); });
}

void StreamOrder::expect_behind(const CUstream_st& stream, const Progress& what,
                                const char* error) const {
  if (!is_behind(stream.progress, what)) throw std::logic_error(error);
}

StreamOrder::Memory* StreamOrder::find(const void* address) {
  const auto* at = static_cast<const std::byte*>(address);
  const auto behind = memory_.upper_bound(at);
  if (behind == memory_.begin()) return nullptr;
  auto& [begin, memory] = *std::prev(behind);
  return at < begin + memory.bytes ? &memory : nullptr;
}

void StreamOrder::write(Memory& memory, CUstream_st& stream) const {
  expect_device(memory.device, stream);
  expect_behind(stream, memory.writes, "memory is written before another stream has surely set it");
  expect_behind(stream, memory.reads, "memory is written while another stream may read it");
  memory.writes = next_moment(stream);
  memory.reads.clear();
  memory.is_set = true;
}

void StreamOrder::read(Memory& memory, CUstream_st& stream) const {
  expect_device(memory.device, stream);
  expect_behind(stream, memory.writes, "memory is read before another stream has surely set it");
  merge_progress(memory.reads, next_moment(stream));
}

}  // namespace domino::cuda
