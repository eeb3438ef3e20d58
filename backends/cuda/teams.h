#pragma once

#include "domino/backends/cuda/kernel.h"

namespace domino::cuda {

/// How threads share out lines of numbers: each line has a team, a power of two of the threads of a block,
/// which goes through it in strides and then joins what each of them has in as many steps as `folds()`.
class Teams {
 public:
  /// `in_a_row` says that the numbers of a line are neighbours in memory, else those of neighbouring
  /// lines are: neighbouring threads should read neighbours.
  Teams(std::int64_t lines, std::int64_t length, bool in_a_row)
      : lines_(lines), in_a_row_(in_a_row) {
    while (size() < kThreads && size() * kLeastPerThread < length) ++folds_;
  }

  std::int64_t blocks() const { return (lines_ + per_block() - 1) / per_block(); }

  DOMINO_HOST_DEVICE int size() const { return 1 << folds_; }
  DOMINO_HOST_DEVICE int folds() const { return folds_; }
  /// The line of a thread, and its place in the team; there may be no such line for the last threads.
  DOMINO_HOST_DEVICE std::int64_t line(const Place& at) const {
    return at.block * per_block() + (in_a_row_ ? at.thread / size() : at.thread % per_block());
  }
  DOMINO_HOST_DEVICE bool has_line(const Place& at) const { return line(at) < lines_; }
  DOMINO_HOST_DEVICE int member(const Place& at) const {
    return in_a_row_ ? at.thread % size() : at.thread / per_block();
  }

  /// Step `step` of joining `partial`, of which each thread has set its own entry: after the last one the
  /// entry of `first(at)` is that of the line.
  template <class T, class Join>
  DOMINO_HOST_DEVICE void fold(int step, const Place& at, T* partial, Join join) const {
    const int half = size() >> (step + 1);
    if (member(at) >= half) return;
    T& mine = partial[at.thread];
    mine = join(mine, partial[at.thread + half * apart()]);
  }
  DOMINO_HOST_DEVICE int first(const Place& at) const { return at.thread - member(at) * apart(); }

 private:
  static constexpr std::int64_t kLeastPerThread = 4;

  DOMINO_HOST_DEVICE int per_block() const { return kThreads / size(); }
  DOMINO_HOST_DEVICE int apart() const { return in_a_row_ ? 1 : per_block(); }

  std::int64_t lines_;
  int folds_ = 0;
  bool in_a_row_;
};

struct Sum {
  template <class T>
  DOMINO_HOST_DEVICE T operator()(T a, T b) const {
    return a + b;
  }
};

}  // namespace domino::cuda
