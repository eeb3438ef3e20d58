#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "domino/backends/cuda/streams.h"

namespace domino::cuda {

/// Pinned memory through which small uploads go, so that nobody waits for what was begun before them. It is
/// filled half by half; a half is filled again once its copies are done, in whatever streams they were begun.
class Staging {
 public:
  static constexpr std::size_t kHalf = std::size_t{4} << 20;
  /// The most bytes of one upload.
  static constexpr std::size_t kMost = kHalf / 4;

  /// For all devices.
  static Staging& of_process();
  /// `from` may be changed when this returns.
  void upload(std::byte* to, const std::byte* from, std::size_t bytes);

 private:
  Staging();
  std::byte* room_for(std::size_t bytes);
  void change_halves();

  std::mutex mutex_;
  std::byte* memory_ = nullptr;
  std::vector<Stream> streams_;  ///< that copy from the half that is being filled
  std::vector<std::unique_ptr<Milestone>> copies_of_other_half_;
  std::size_t half_ = 0;
  std::size_t used_ = 0;
};

}  // namespace domino::cuda
