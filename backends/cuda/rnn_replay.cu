#include "domino/backends/cuda/rnn_replay.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/ladder.h"
#include "domino/backends/cuda/memory.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/cuda/quietly.h"
#include "domino/backends/execution.h"
#include "domino/backends/plans/kept.h"
#include "domino/core/check.h"

namespace domino::cuda {
namespace {

template <class T>
struct GoOn {
  RnnSteps<T>* steps;
  DOMINO_HOST_DEVICE void operator()(std::int64_t) const { steps->next += kReplayedSteps; }
};

template <class T>
std::shared_ptr<RnnReplays<T>> replays_of(const op::Rnn& op, op::Inputs inputs) {
  const ValueNumber attributes = op::value_number(op, {}, 0);
  const std::string key = fmt::format("replays {:x} {:x} in {} with bias {}", attributes.high,
                                      attributes.low, name_of(execution().products),
                                      plans::identity(given(inputs, 4) ? inputs[4] : Tensor()));
  return *plans::kept(plans::beside(inputs[3]), key,
                      [] { return std::make_shared<RnnReplays<T>>(); });
}

}  // namespace

std::int64_t replayed_rows(std::int64_t rows) {
  constexpr std::int64_t kFewest = 16;
  return rung_of(std::max(rows, kFewest), 2);
}

template <class T>
RnnReplay<T>::RnnReplay(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences)
    : cell_(op, inputs, sequences),
      h_(workspace({sequences, inputs[3].size(0)}, kDTypeOf<T>)),
      steps_(workspace({static_cast<std::int64_t>(sizeof(RnnSteps<T>))}, DType::UInt8)) {}

template <class T>
RnnReplay<T>::~RnnReplay() {
  // What was replayed reads memory that no stream knows of.
  quietly([this] {
    if (last_use_) last_use_->wait();
  });
}

template <class T>
void RnnReplay<T>::end_use() {
  last_use_.emplace(stream_on(this_device()));
}

template <class T>
void RnnReplay<T>::begin_use(op::Inputs inputs) const {
  if (last_use_) last_use_->hold_back(stream_on(this_device()));
  // So that their memory hears of this stream.
  operand(inputs[3]);
  numbers_if_given<T>(inputs, 4);
}

template <class T>
void RnnReplay<T>::run_some(std::int64_t rows) {
  auto* const steps = written<RnnSteps<T>>(steps_);
  for (std::int64_t i = 0; i < kReplayedSteps; ++i) cell_.run(steps, i, rows, written<T>(h_));
  for_each_index(1, GoOn<T>{steps});
}

template <class T>
void RnnReplay<T>::replay_some(std::int64_t rows) {
  const auto [place, is_first] = graphs_.try_emplace(rows);
  auto& graph = place->second;
  if (graph != nullptr) return replay(*graph);
  // Before a capture, which permits neither, kernels are loaded and cuBLASLt chooses its algorithms.
  run_some(rows);
  // Weights may be there for one call only.
  if (is_first) return;
  // The steps have run: if other threads disturb the capture, it is tried again the next time.
  quietly([&] {
    const Lane captured(this_device(), Lane::Use::Capture);
    graph = capture([&] { run_some(rows); });
  });
}

template <class T>
void RnnReplay<T>::run(RnnSteps<T> steps, const std::vector<RunningStep>& order) {
  steps.h = written<T>(h_);
  copy_to_device(steps_.storage()->bytes(), reinterpret_cast<const std::byte*>(&steps),
                 sizeof steps);
  const auto count = std::ssize(order);
  const auto running = [&](std::int64_t step) {
    return std::int64_t{order[static_cast<std::size_t>(step)].sequences};
  };
  std::int64_t step = 0;
  for (; step + kReplayedSteps <= count; step += kReplayedSteps) {
    replay_some(replayed_rows(running(step)));
  }
  for (std::int64_t i = 0; step + i < count; ++i) {
    cell_.run(numbers<RnnSteps<T>>(steps_), i, running(step + i), written<T>(h_));
  }
}

template <class T>
std::unique_ptr<RnnReplay<T>> RnnReplays<T>::take(std::int64_t sequences) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      free_, [&](const auto& replay) { return replay->sequences() == sequences; });
  if (found == free_.end()) return nullptr;
  std::unique_ptr<RnnReplay<T>> replay = std::move(*found);
  free_.erase(found);
  return replay;
}

template <class T>
void RnnReplays<T>::put(std::unique_ptr<RnnReplay<T>> replay) {
  constexpr std::size_t kMost = 8;
  std::unique_ptr<RnnReplay<T>> oldest;
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(replay));
  if (free_.size() <= kMost) return;
  oldest = std::move(free_.front());
  free_.erase(free_.begin());
}

template <class T>
LentRnnReplay<T>::LentRnnReplay(const op::Rnn& op, op::Inputs inputs, std::int64_t sequences,
                                std::int64_t steps)
    : from_(steps >= kReplayedSteps ? replays_of<T>(op, inputs) : nullptr) {
  const std::int64_t rows = from_ != nullptr ? replayed_rows(sequences) : sequences;
  if (from_ != nullptr) replay_ = from_->take(rows);
  if (replay_ != nullptr) {
    replay_->begin_use(inputs);
  } else {
    replay_ = std::make_unique<RnnReplay<T>>(op, inputs, rows);
  }
}

template <class T>
LentRnnReplay<T>::~LentRnnReplay() {
  quietly([this] {
    if (from_ == nullptr) return;
    replay_->end_use();
    from_->put(std::move(replay_));
  });
}

template class RnnReplay<float>;
template class RnnReplay<double>;
template class RnnReplays<float>;
template class RnnReplays<double>;
template class LentRnnReplay<float>;
template class LentRnnReplay<double>;

}  // namespace domino::cuda
