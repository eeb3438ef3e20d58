#include "domino/backends/cuda/running_order.h"

#include <span>
#include <string>

#include "domino/backends/backend.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/plans/kept.h"
#include "domino/core/check.h"

namespace domino::cuda {

RunningOrder::RunningOrder(const op::Rnn& op, const plans::RnnPlan& plan, const plans::StepRows& x)
    : tokens_(plan.tokens()), batch_(plan.batch()) {
  std::vector<std::int32_t> all;
  std::int64_t running = batch_;
  for (std::size_t step = 0;; ++step) {
    const auto has_ended = [&](std::int64_t row) { return plan.kept(row).size() <= step; };
    while (running > 0 && has_ended(plan.order()[static_cast<std::size_t>(running - 1)])) --running;
    if (running == 0) break;
    steps_.push_back({static_cast<std::int32_t>(all.size()), static_cast<std::int32_t>(running)});
    for (const std::int64_t row :
         std::span(plan.order()).first(static_cast<std::size_t>(running))) {
      all.push_back(x.row_at(row * plan.steps() + plan.place(plan.kept(row)[step])));
    }
  }
  for (const std::int64_t row : plan.order()) {
    all.push_back(static_cast<std::int32_t>(plan.tokens_before(row)));
  }
  for (const std::int64_t row : plan.order()) all.push_back(static_cast<std::int32_t>(row));
  std::vector<std::int32_t> places(static_cast<std::size_t>(batch_));
  for (std::int32_t place = 0; place < batch_; ++place) {
    places[static_cast<std::size_t>(plan.order()[static_cast<std::size_t>(place)])] = place;
  }
  all.insert(all.end(), places.begin(), places.end());
  for (std::int64_t row = 0; row < batch_; ++row) {
    const bool is_zero = plan.ends_with_zero(row, op.zero_output_for_mask);
    all.push_back(is_zero ? -1 : places[static_cast<std::size_t>(row)]);
  }
  for (const RunningStep& step : steps_) {
    all.insert(all.end(), {step.first_token, step.sequences});
  }
  all_ = Tensor({std::ssize(all)}, all);
}

RunningOrderThere RunningOrder::there() const {
  const auto* input_rows = numbers<std::int32_t>(resident(all_));
  const auto* by_place = input_rows + tokens_;
  static_assert(sizeof(RunningStep) == 2 * sizeof(std::int32_t));
  return {input_rows,
          by_place,
          by_place + batch_,
          by_place + 2 * batch_,
          by_place + 3 * batch_,
          reinterpret_cast<const RunningStep*>(by_place + 4 * batch_)};
}

namespace {

Tensor mask_of(op::Inputs inputs) { return given(inputs, 1) ? inputs[1] : Tensor(); }

Storage* memory_of_plans(op::Inputs inputs) {
  if (given(inputs, 1)) return plans::beside(inputs[1]);
  Storage* const of_map = plans::beside(plans::StepRows(inputs[0]).map());
  // Without either only the sizes count, for the next batch, too.
  return of_map != nullptr ? of_map : plans::beside(inputs[3]);
}

std::string key_of_plan(const op::Rnn& op, op::Inputs inputs) {
  return fmt::format("({}, {}){} under {}{}", inputs[0].size(0), inputs[0].size(1),
                     op.go_backwards ? " backwards" : "", plans::identity(mask_of(inputs)),
                     op.zero_output_for_mask ? ", else 0" : "");
}

}  // namespace

std::shared_ptr<const PackedRnnCall> packed_rnn_call(const op::Rnn& op, op::Inputs inputs) {
  const Tensor& x = inputs[0];
  const SharedRowMap map = plans::StepRows(x).map();
  const std::string key = fmt::format("packed rnn of {} {}", key_of_plan(op, inputs),
                                      map != nullptr ? plans::identity(*map) : "unpacked");
  return plans::kept(memory_of_plans(inputs), key, [&] {
    const plans::RnnPlan plan(mask_of(inputs), x.size(0), x.size(1), op.go_backwards);
    return PackedRnnCall{plan, RunningOrder(op, plan, plans::StepRows(x))};
  });
}

Tensor tokens_by_sequence(const op::Rnn& op, op::Inputs inputs, const PackedRnnCall& call) {
  const auto in_order = [&] {
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(call.plan.tokens()));
    std::int64_t number = 0;
    for (const RunningStep& step : call.order.steps()) {
      for (std::int32_t place = 0; place < step.sequences; ++place) {
        const std::int64_t row = call.plan.order()[static_cast<std::size_t>(place)];
        tokens[static_cast<std::size_t>(call.plan.tokens_before(row) + number)] =
            step.first_token + place;
      }
      ++number;
    }
    return Tensor({std::ssize(tokens)}, tokens);
  };
  return *plans::kept(memory_of_plans(inputs), "tokens of " + key_of_plan(op, inputs), in_order);
}

SharedRowMap shown_rows(const op::Rnn& op, op::Inputs inputs, const plans::RnnPlan& plan) {
  return *plans::kept(memory_of_plans(inputs), "shown rows of " + key_of_plan(op, inputs),
                      [&] { return plan.shown_rows(op.zero_output_for_mask); });
}

}  // namespace domino::cuda
