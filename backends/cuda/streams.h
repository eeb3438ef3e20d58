#pragma once

struct CUevent_st;
struct CUstream_st;

/// In which order a device does what it is asked for. Each has one stream for the process, so that tensors may
/// go from thread to thread, and lends others for a while, so that threads need not wait for each other.
namespace domino::cuda {

/// The device of which this thread asks what follows: the first, unless a DeviceScope says otherwise.
int this_device();

class DeviceScope {
 public:
  explicit DeviceScope(int device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  int before_;
  int before_in_runtime_;
};

/// A stream of a device.
struct Stream {
  int device;
  CUstream_st* handle;
  friend bool operator==(const Stream&, const Stream&) = default;
};

/// The one in which this thread's kernels and copies on a device are done: that of its innermost lane there, or
/// that of the process.
Stream stream_on(int device);
/// The same on this thread's device.
CUstream_st* stream();
/// One that is behind all that any stream of the device was asked for, and that nobody waits for.
Stream stream_behind_all(int device);

/// That a stream has done what it was asked for until now.
class Milestone {
 public:
  explicit Milestone(const Stream& stream);
  ~Milestone();
  Milestone(const Milestone&) = delete;
  Milestone& operator=(const Milestone&) = delete;
  bool is_past() const;
  void wait() const;
  /// What `stream` is asked for from now on is done behind it.
  void hold_back(const Stream& stream) const;

 private:
  int device_;
  CUevent_st* event_;
};

/// Gives this thread a stream of its own on a device until the end of the scope. It begins behind what the thread's
/// stream there was asked for, and what that is asked for afterwards is done behind it.
class Lane {
 public:
  /// To capture kernels, or to run them.
  enum class Use { Run, Capture };
  explicit Lane(int device, Use use = Use::Run);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

 private:
  friend Stream stream_on(int device);
  friend bool is_capturing();

  Stream before_;
  Stream stream_;
  Use use_;
  const Lane* outer_ = nullptr;
};

/// Whether this thread's kernels are captured, to run later: what they wait for is decided then.
bool is_capturing();

}  // namespace domino::cuda
