#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>

#include "domino/backends/backend.h"
#include "domino/backends/execution.h"
#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/check.h"
#include "domino/core/progress.h"
#include "domino/core/threads.h"
#include "domino/graph/model.h"
#include "domino/graph/model_graph_internal.h"
#include "domino/graph/session.h"

namespace domino {

/// Inputs that are computed together, and what errors call them.
struct PredictBatch {
  Tensors inputs;
  std::string title;
};

namespace {

/// Batch by batch, none behind the last.
using Batches = std::function<std::optional<PredictBatch>()>;

Tensor rows(const Tensor& x, std::int64_t begin, std::int64_t end) {
  if (begin == 0 && end == x.size(0)) return x;
  Tensor part = ops::slice(x, {.axis = 0, .begin = begin, .end = end});
  if (!x.mask()) return part;
  const Tensor& mask = x.mask()->tensor();
  // A mask of one row counts for the whole batch.
  if (mask.rank() == 0 || mask.size(0) != x.size(0)) return part.with_mask(mask);
  return part.with_mask(Mask(ops::slice(mask, {.axis = 0, .begin = begin, .end = end})));
}

std::int64_t rows_of(const Tensors& inputs) {
  check<ValueError>(!inputs.empty(), "predict needs at least one input");
  for (const Tensor& input : inputs) {
    check(input.rank() > 0, "an input without a batch axis, {}", input.shape());
    check(input.size(0) == inputs[0].size(0), "inputs of {} and {} rows; all need the same number",
          inputs[0].size(0), input.size(0));
  }
  return inputs[0].size(0);
}

Tensor uploaded(const Tensor& x) {
  const Tensor there = current_backend().upload(x.without_mask());
  return x.mask() ? there.with_mask(upload(*x.mask())) : there;
}

/// The masks of batches behind each other; one that counts for a whole batch is repeated for its rows.
OptionalMask joined_masks(const Tensors& batches) {
  Tensors masks;
  for (const Tensor& batch : batches) {
    if (!batch.mask()) return std::nullopt;
    const Tensor& mask = batch.mask()->tensor();
    if (mask.rank() == 0) return *batch.mask();
    masks.push_back(mask.size(0) == 1 ? ops::repeat(mask, batch.size(0), 0) : mask);
  }
  return Mask(ops::concatenate(masks, 0));
}

Tensor joined(const Tensors& batches) {
  if (batches.size() == 1) return batches.front();
  Tensors plain;
  for (const Tensor& batch : batches) plain.push_back(batch.without_mask());
  return ops::concatenate(plain, 0).with_mask(joined_masks(batches));
}

/// Where an output's own mask hides its steps, 0.
Tensor zero_where_masked(const Tensor& x) {
  if (!x.mask() || !is_mask_of_steps(x.mask()->shape(), x.shape()) || x.dtype() == DType::String) {
    return x;
  }
  Tensor kept = ops::cast(*x.mask(), DType::Bool);
  while (kept.rank() < x.rank()) kept = ops::expand_dims(kept, -1);
  return ops::where(kept, x.without_mask(), ops::zeros({}, x.dtype())).with_mask(x.mask());
}

Batches batches_of_rows(const Tensors& inputs, std::int64_t size) {
  return [&inputs, size, begin = std::int64_t{0}]() mutable -> std::optional<PredictBatch> {
    const std::int64_t count = rows_of(inputs);
    // No rows at all are a batch, too.
    if (begin > 0 && begin >= count) return std::nullopt;
    const std::int64_t end = std::min(begin + size, count);
    PredictBatch batch;
    const BackendScope host(backend("cpu"));
    for (const Tensor& input : inputs) batch.inputs.push_back(rows(input, begin, end));
    if (end - begin < count) batch.title = fmt::format("rows {} to {}", begin, end - 1);
    begin = std::max<std::int64_t>(end, 1);
    return batch;
  };
}

}  // namespace

Tensors Model::predict_batch(const Tensors& inputs, const PredictOptions& options) const {
  Tensors placed;
  for (const Tensor& input : inputs) placed.push_back(uploaded(input));
  Tensors outputs;
  const auto whole = [](const Tensor& x) {
    return current_backend().download(unpack(x.without_mask()));
  };
  const bool zero = options.masked_output == MaskedOutput::Zero;
  const UnseenOutputs unseen(dag().outputs().size(), zero);
  for (const Tensor& output : run_on_numbers(placed, rules(), unseen)) {
    Tensor& here = outputs.emplace_back(whole(zero ? zero_where_masked(output) : output));
    if (options.keep_masks && output.mask()) {
      here = here.with_mask(Mask(whole(output.mask()->tensor())));
    }
  }
  return outputs;
}

std::vector<Tensors> Model::predict_batches(const Batches& batches, std::int64_t count,
                                            const PredictOptions& options) const {
  check<ValueError>(options.batch_size > 0, "a batch size of {}; expected at least 1",
                    options.batch_size);
  const Backend& device = backend(options.device);
  const Execution execution{.packing = options.packing,
                            .strict = options.strict,
                            .products = options.products,
                            .cudnn = options.cudnn};
  device.check_execution(execution);
  const BackendScope on(device);
  const std::shared_ptr<void> lane = device.open_lane();
  const ThreadScope threads(options.threads);
  // A GPU needs one core to ask it.
  const ThreadGate::Pass pass(device.device() == Device::Cuda ? 1 : thread_count());
  const ExecutionScope as(execution);
  std::optional<Session> session;
  if (Session::current() == nullptr) session.emplace();
  std::optional<Progress> progress;
  if (options.progress) progress.emplace("predict", count);
  std::vector<Tensors> parts(dag().outputs().size());
  while (const std::optional<PredictBatch> batch = batches()) {
    try {
      const Tensors outputs = predict_batch(batch->inputs, options);
      for (std::size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(outputs[i]);
    } catch (Error& error) {
      if (!batch->title.empty()) error.add_context(batch->title);
      throw;
    }
    if (progress) progress->advance(batch->inputs.front().size(0));
  }
  return parts;
}

Tensors Model::predict(const Tensors& inputs, const PredictOptions& options) const {
  prepare(inputs);
  Tensors results;
  for (const Tensors& part :
       predict_batches(batches_of_rows(inputs, options.batch_size), rows_of(inputs), options)) {
    results.push_back(joined(part));
  }
  return results;
}

Tensor Model::predict(const Tensor& input, const PredictOptions& options) const {
  const Tensors outputs = predict(Tensors{input}, options);
  check_one_output();
  return outputs.front();
}

namespace {

using Sequences = std::vector<std::vector<int>>;
using Places = std::vector<std::int32_t>;

/// The sequences at these places, padded behind with 0 to the longest.
Tensor padded(const Sequences& sequences, std::span<const std::int32_t> places) {
  const auto at = [&](std::int32_t place) -> const std::vector<int>& {
    return sequences[static_cast<std::size_t>(place)];
  };
  // No sequences at all: one step, since recurrent layers take no fewer.
  std::size_t longest = places.empty() ? 1 : 0;
  for (const std::int32_t place : places) longest = std::max(longest, at(place).size());
  std::vector<std::int32_t> ids(places.size() * longest, 0);
  for (std::size_t row = 0; row < places.size(); ++row) {
    std::ranges::copy(at(places[row]), ids.begin() + static_cast<std::ptrdiff_t>(row * longest));
  }
  return {{static_cast<std::int64_t>(places.size()), static_cast<std::int64_t>(longest)}, ids};
}

Places all_places(const Sequences& sequences) {
  Places places(sequences.size());
  std::iota(places.begin(), places.end(), 0);
  return places;
}

/// The longest first; such that are equally long stay in their order.
Places by_length(const Sequences& sequences) {
  Places places = all_places(sequences);
  std::ranges::stable_sort(places, std::greater(), [&](std::int32_t place) {
    return sequences[static_cast<std::size_t>(place)].size();
  });
  return places;
}

/// Whether each holds a token, and none that looks like padding.
bool are_whole(const Sequences& sequences) {
  return std::ranges::all_of(sequences, [](const std::vector<int>& sequence) {
    return !sequence.empty() && std::ranges::find(sequence, 0) == sequence.end();
  });
}

/// Rows for `order`, back in the order of the caller.
Tensor in_callers_order(const Tensor& rows, const Places& order) {
  Places back(order.size());
  for (std::size_t row = 0; row < order.size(); ++row) {
    back[static_cast<std::size_t>(order[row])] = static_cast<std::int32_t>(row);
  }
  const Tensor places({static_cast<std::int64_t>(back.size())}, back);
  const Tensor sorted = ops::take(rows.without_mask(), places, 0);
  return rows.mask() ? sorted.with_mask(Mask(ops::take(*rows.mask(), places, 0))) : sorted;
}

/// With zeros, and a mask that hides them, behind the steps of `x`.
Tensor with_steps(const Tensor& x, std::int64_t steps) {
  Tensor longer = ops::pad(x.without_mask(), 1, 0, steps - x.size(1));
  if (!x.mask()) return longer;
  const Tensor& mask = x.mask()->tensor();
  return longer.with_mask(Mask(ops::pad(mask, 1, 0, steps - mask.size(1))));
}

/// Batches of sequences of like length, each of about as many tokens as batch_size of the mean length.
Batches like_batches(const Sequences& sequences, const Places& order, std::int64_t batch_size) {
  std::size_t tokens = 0;
  for (const std::vector<int>& sequence : sequences) tokens += sequence.size();
  const std::size_t budget = static_cast<std::size_t>(batch_size) * tokens / sequences.size();
  return [&, budget, begin = std::size_t{0}]() mutable -> std::optional<PredictBatch> {
    if (begin == order.size()) return std::nullopt;
    const std::size_t longest = sequences[static_cast<std::size_t>(order[begin])].size();
    const std::size_t count = std::clamp<std::size_t>(budget / longest, 1, order.size() - begin);
    const std::span places = std::span(order).subspan(begin, count);
    begin += count;
    return PredictBatch{{padded(sequences, places)},
                        fmt::format("{} sequences of at most {} steps", count, longest)};
  };
}

}  // namespace

std::optional<MaskPlan::LengthUse::Kind> Model::batches_by_length(
    const PredictOptions& options) const {
  using Kind = MaskPlan::LengthUse::Kind;
  const bool zero = options.masked_output == MaskedOutput::Zero;
  const MaskPlan& plan = graph_->plan_for({MaskForms(1), {0}}, rules(), UnseenOutputs(1, zero));
  const Kind use = plan.lengths.front().kind;
  const MaskId mask = plan.output_masks.front();
  const bool hides_steps =
      mask != kNoMaskId && is_mask_of_steps(plan.masks[static_cast<std::size_t>(mask)].shape,
                                            plan.outputs.front().shape);
  const bool fits = use == Kind::Steps ? zero && hides_steps : mask == kNoMaskId;
  return fits && use != Kind::Depends ? std::optional(use) : std::nullopt;
}

Tensor Model::predict(const Sequences& sequences, const PredictOptions& options) const {
  const Tensor whole = padded(sequences, all_places(sequences));
  prepare({whole});
  check_one_output();
  const bool one_input = dag().inputs().size() == 1;
  const auto use = one_input && !sequences.empty() && are_whole(sequences)
                       ? batches_by_length(options)
                       : std::nullopt;
  if (!use) return predict(whole, options);
  const Places order = by_length(sequences);
  Tensors parts =
      predict_batches(like_batches(sequences, order, options.batch_size), whole.size(0), options)
          .front();
  if (*use == MaskPlan::LengthUse::Kind::Steps) {
    for (Tensor& part : parts) part = with_steps(part, whole.size(1));
  }
  return in_callers_order(joined(parts), order);
}

Tensor Model::predict(std::initializer_list<std::initializer_list<int>> sequences,
                      const PredictOptions& options) const {
  return predict(Sequences(sequences.begin(), sequences.end()), options);
}

}  // namespace domino
