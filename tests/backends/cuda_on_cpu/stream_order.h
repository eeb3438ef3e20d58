#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "domino/backends/cuda/streams.h"

/// How far each stream had come in the eyes of another.
using Progress = std::map<const CUstream_st*, std::int64_t>;

/// A stream and an event of the runtime on the CPU, which does all at once, but remembers in which order a GPU would.
struct CUstream_st {
  int device;
  Progress progress;
};
struct CUevent_st {
  Progress progress;
};

namespace domino::cuda {

/// Finds what would go wrong on a GPU, where streams run beside each other: memory that is used in one stream before
/// another has surely set it, written while another may read it, or released while another may use it; and memory
/// of another device. What is found is thrown as a std::logic_error.
class StreamOrder {
 public:
  static StreamOrder& of_process();

  void record(CUevent_st& event, const CUstream_st& stream);
  void follow(CUstream_st& stream, const CUevent_st& event);
  /// The host has waited for the event, or for the stream.
  void wait(const CUevent_st& event);
  void wait(const CUstream_st& stream);
  bool has_happened(const CUevent_st& event);

  /// What a stream does with memory of the device; any other address counts for nothing.
  void allocate(const std::byte* memory, std::size_t bytes, CUstream_st& stream);
  void release(const std::byte* memory, CUstream_st& stream);
  void write(const void* address, CUstream_st& stream);
  void read(const void* address, CUstream_st& stream);
  /// A kernel got the address: the first one writes there, the others read.
  void use(const void* address, CUstream_st& stream);

 private:
  struct Memory {
    std::size_t bytes;
    int device;
    bool is_set;
    Progress writes;
    Progress reads;
  };

  bool is_behind(const Progress& known, const Progress& what) const;
  void expect_behind(const CUstream_st& stream, const Progress& what, const char* error) const;
  Memory* find(const void* address);
  void write(Memory& memory, CUstream_st& stream) const;
  void read(Memory& memory, CUstream_st& stream) const;

  std::mutex mutex_;
  std::map<const std::byte*, Memory> memory_;
  Progress done_;
};

}  // namespace domino::cuda
