#pragma once

#include <array>
#include <cstddef>
#include <mutex>

struct CUevent_st;

namespace domino::cuda {

/// Pinned memory through which small uploads go, so that nobody waits for what was begun before them. It is
/// filled half by half; a half is filled again once its copies are done.
class Staging {
 public:
  static constexpr std::size_t kHalf = std::size_t{4} << 20;
  /// The most bytes of one upload.
  static constexpr std::size_t kMost = kHalf / 4;

  Staging();
  /// `from` may be changed when this returns.
  void upload(std::byte* to, const std::byte* from, std::size_t bytes);

 private:
  std::byte* room_for(std::size_t bytes);

  std::mutex mutex_;
  std::byte* memory_ = nullptr;
  std::array<CUevent_st*, 2> done_ = {};
  std::size_t half_ = 0;
  std::size_t used_ = 0;
};

}  // namespace domino::cuda
