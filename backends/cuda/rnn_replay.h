#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "domino/backends/cuda/rnn_step.h"
#include "domino/backends/cuda/runtime.h"
#include "domino/backends/cuda/streams.h"

/// The steps of a recurrence are small: to begin their kernels one by one takes longer than to run them. So some
/// steps one after the other are captured once, and replayed as a whole by this call and those after it.
namespace domino::cuda {

/// How many steps are replayed at a time; a shorter recurrence is not.
inline constexpr std::int64_t kReplayedSteps = 16;

/// The rows, at least `rows`, for which steps are captured: 16, 24, 32, 48, 64, 96, 128 and so on.
std::int64_t replayed_rows(std::int64_t rows);

/// Carries out the steps of one call at a time, and keeps what it has captured. The weights outlive it.
template <class T>
class RnnReplay {
 public:
  /// For at most so many sequences.
  RnnReplay(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences);
  ~RnnReplay();
  RnnReplay(const RnnReplay&) = delete;
  RnnReplay& operator=(const RnnReplay&) = delete;

  std::int64_t sequences() const { return h_.size(0); }
  /// The states (sequences, units): those before the steps, and then those after them.
  Tensor& h() { return h_; }
  /// `steps` of `order`, for which `h` need not be set.
  void run(RnnSteps<T> steps, const std::vector<RunningStep>& order);

  /// The next call, with the same weights, may come in another stream.
  void end_use();
  void begin_use(op::Inputs inputs) const;

 private:
  void run_some(std::int64_t rows);
  void replay_some(std::int64_t rows);

  RnnCell<T> cell_;
  Tensor h_;
  Tensor steps_;                                           ///< an RnnSteps<T>
  std::map<std::int64_t, std::unique_ptr<Graph>> graphs_;  ///< by rows
  std::optional<Milestone> last_use_;
};

/// Those of one recurrence that no call uses now, kept beside its weights.
template <class T>
class RnnReplays {
 public:
  std::unique_ptr<RnnReplay<T>> take(std::int64_t sequences);
  void put(std::unique_ptr<RnnReplay<T>> replay);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<RnnReplay<T>>> free_;
};

/// One for a call: of those before it, or a new one.
template <class T>
class LentRnnReplay {
 public:
  /// For `steps` steps of at most so many sequences.
  LentRnnReplay(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences, std::int64_t steps);
  ~LentRnnReplay();
  LentRnnReplay(const LentRnnReplay&) = delete;
  LentRnnReplay& operator=(const LentRnnReplay&) = delete;
  RnnReplay<T>* operator->() const { return replay_.get(); }

 private:
  std::shared_ptr<RnnReplays<T>> from_;  ///< null if nothing is replayed
  std::unique_ptr<RnnReplay<T>> replay_;
};

}  // namespace domino::cuda
