#pragma once

#include <map>
#include <optional>
#include <vector>

#include "domino/backends/meta/trace.h"
#include "domino/graph/passes/propagate_masks.h"

namespace domino {

/// What of a value (batch, steps, ...) is seen by those who read it, and by those who read what they make.
struct Visible {
  enum class Part : std::uint8_t {
    Nothing,
    Kept,  ///< the steps that one of `masks` keeps
    All,
  };
  Part part = Part::Nothing;
  std::vector<MaskId> masks = {};  ///< ascending
  bool of_empty = false;           ///< and all steps of sequences of which the one mask keeps none
  /// If all is seen: by what is made so; no value if the model gives it.
  std::optional<ValueNumber> by = std::nullopt;
  bool by_two_masks = false;
  std::int64_t places = 0;  ///< how many places a mask keeps or hides, in the sizes of the trace

  bool is_kept_by(MaskId mask) const { return part == Part::Kept && masks == std::vector{mask}; }
};

struct FreePadding {
  std::map<ValueNumber, Visible> visible;
  /// Values (batch, steps) of the graph that hide steps as masks do, as in `x * mask[:, :, None]`: their
  /// numbers follow those of the plan's masks.
  std::vector<ValueNumber> further_masks;
};

/// Walks backwards from what a model gives: that is seen as a whole, but for `unseen` outputs what their
/// masks hide, and masks are seen as a whole. An op that treats
/// steps alike shows of its operands what is seen of its result; a selection by a mask, a recurrence over
/// masked steps and attention to masked keys show the kept steps alone.
///
/// `trace` has seen how all values were made. What it does not know counts as seen.
FreePadding find_free_padding(const Dag& dag, const MaskPlan& plan, const meta::Trace& trace,
                              const UnseenOutputs& unseen);

}  // namespace domino
