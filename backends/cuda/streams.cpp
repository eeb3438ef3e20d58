#include "domino/backends/cuda/streams.h"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "domino/backends/cuda/cuda.h"
#include "domino/backends/cuda/quietly.h"
#include "domino/backends/cuda/runtime.h"

namespace domino::cuda {
namespace {

thread_local int asked_device = 0;
thread_local const Lane* innermost_lane = nullptr;

/// What a device has of streams and events.
struct Orders {
  std::mutex mutex;
  std::atomic<CUstream_st*> of_process = nullptr;
  CUstream_st* behind_all = nullptr;
  std::vector<CUstream_st*> in_lanes;
  std::vector<CUstream_st*> free;
  std::vector<CUstream_st*> free_to_capture;
  std::vector<CUevent_st*> free_events;

  /// Apart: memory may go back to a stream that once ran, which must not be capturing then.
  std::vector<CUstream_st*>& free_for(Lane::Use use) {
    return use == Lane::Use::Run ? free : free_to_capture;
  }
};

Orders& orders_of(int device) {
  // Never ended: memory may be freed until the process ends, and the runtime ends before it.
  static auto& all = *new std::vector<Orders>(static_cast<std::size_t>(device_count()));
  return all[static_cast<std::size_t>(device)];
}

/// The last of `free`, or a new one.
template <class T>
T* taken(std::vector<T*>& free, int device, T* (*make)()) {
  if (!free.empty()) {
    T* last = free.back();
    free.pop_back();
    return last;
  }
  const DeviceScope there(device);
  return make();
}

Stream stream_of_process(int device) {
  Orders& orders = orders_of(device);
  if (CUstream_st* made = orders.of_process) return {device, made};
  const std::lock_guard lock(orders.mutex);
  if (orders.of_process == nullptr) orders.of_process = taken(orders.free, device, make_stream);
  return {device, orders.of_process};
}

Stream lent_stream(int device, Lane::Use use) {
  Orders& orders = orders_of(device);
  const std::lock_guard lock(orders.mutex);
  CUstream_st* stream = taken(orders.free_for(use), device, make_stream);
  // In one that captures nothing runs that could be waited for.
  if (use == Lane::Use::Run) orders.in_lanes.push_back(stream);
  return {device, stream};
}

void give_back(const Stream& stream, Lane::Use use) {
  Orders& orders = orders_of(stream.device);
  const std::lock_guard lock(orders.mutex);
  std::erase(orders.in_lanes, stream.handle);
  orders.free_for(use).push_back(stream.handle);
}

}  // namespace

int this_device() { return asked_device; }

DeviceScope::DeviceScope(int device)
    : before_(asked_device), before_in_runtime_(exchange_device(device)) {
  asked_device = device;
}
DeviceScope::~DeviceScope() {
  asked_device = before_;
  quietly([this] { exchange_device(before_in_runtime_); });
}

Stream stream_on(int device) {
  for (const Lane* lane = innermost_lane; lane != nullptr; lane = lane->outer_) {
    if (lane->stream_.device == device) return lane->stream_;
  }
  return stream_of_process(device);
}

CUstream_st* stream() { return stream_on(asked_device).handle; }

Stream stream_behind_all(int device) {
  Orders& orders = orders_of(device);
  std::vector<CUstream_st*> others = {stream_of_process(device).handle};
  Stream behind{device, nullptr};
  {
    const std::lock_guard lock(orders.mutex);
    if (orders.behind_all == nullptr) orders.behind_all = taken(orders.free, device, make_stream);
    behind.handle = orders.behind_all;
    others.insert(others.end(), orders.in_lanes.begin(), orders.in_lanes.end());
  }
  for (CUstream_st* other : others) Milestone({device, other}).hold_back(behind);
  return behind;
}

Milestone::Milestone(const Stream& stream) : device_(stream.device) {
  Orders& orders = orders_of(device_);
  {
    const std::lock_guard lock(orders.mutex);
    event_ = taken(orders.free_events, device_, make_event);
  }
  record(event_, stream.handle);
}
Milestone::~Milestone() {
  Orders& orders = orders_of(device_);
  const std::lock_guard lock(orders.mutex);
  orders.free_events.push_back(event_);
}

bool Milestone::is_past() const { return has_happened(event_); }
void Milestone::wait() const { wait_for(event_); }
void Milestone::hold_back(const Stream& stream) const { follow(stream.handle, event_); }

bool is_capturing() {
  return innermost_lane != nullptr && innermost_lane->use_ == Lane::Use::Capture;
}

Lane::Lane(int device, Use use)
    : before_(stream_on(device)), stream_(lent_stream(device, use)), use_(use) {
  Milestone(before_).hold_back(stream_);
  outer_ = std::exchange(innermost_lane, this);
}
Lane::~Lane() {
  innermost_lane = outer_;
  quietly([this] {
    Milestone(stream_).hold_back(before_);
    give_back(stream_, use_);
  });
}

}  // namespace domino::cuda
