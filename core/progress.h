#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace domino {

/// A bar on the terminal for work that takes a while:
/// `Loading weights  45/100 [==========>............]  12.5/s  4s left`.
///
/// Drawn to stderr at most ten times a second; where stderr is no terminal, nothing is written.
class Progress {
 public:
  /// `total` counts the items of work; 0 if unknown, and then there is no bar.
  Progress(std::string what, std::int64_t total);
  /// Draws the last state and ends the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Counts `items` as done. Safe in many threads.
  void advance(std::int64_t items = 1);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now, const char* end) const;

  const std::string what_;
  const std::int64_t total_;
  const bool shown_;
  const Clock::time_point start_ = Clock::now();
  std::atomic<std::int64_t> done_ = 0;
  std::mutex mutex_;  // guards drawn_ and the terminal
  Clock::time_point drawn_ = start_;
};

}  // namespace domino
