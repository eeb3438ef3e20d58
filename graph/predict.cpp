#include <algorithm>
#include <optional>

#include "domino/backends/backend.h"
#include "domino/backends/ops.h"
#include "domino/backends/packing.h"
#include "domino/core/check.h"
#include "domino/core/progress.h"
#include "domino/core/threads.h"
#include "domino/graph/model.h"
#include "domino/graph/session.h"

namespace domino {
namespace {

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

Tensor moved(const Tensor& x, const Backend& to) {
  const Tensor there = to.upload(x.without_mask());
  return x.mask() ? there.with_mask(Mask(to.upload(x.mask()->tensor()))) : there;
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

}  // namespace

Tensors Model::predict_batch(const Tensors& inputs, bool keep_masks) const {
  Tensors placed;
  for (const Tensor& input : inputs) placed.push_back(moved(input, current_backend()));
  Tensors outputs;
  const auto whole = [](const Tensor& x) {
    return current_backend().download(unpack(x.without_mask()));
  };
  for (const Tensor& output : run_on_numbers(placed, rules())) {
    Tensor& here = outputs.emplace_back(whole(output));
    if (keep_masks && output.mask()) here = here.with_mask(Mask(whole(output.mask()->tensor())));
  }
  return outputs;
}

Tensors Model::predict_rows(const Tensors& batch, std::int64_t first, std::int64_t count,
                            bool keep_masks) const {
  try {
    return predict_batch(batch, keep_masks);
  } catch (Error& error) {
    const std::int64_t last = first + batch.front().size(0) - 1;
    if (last - first + 1 < count) error.add_context(fmt::format("rows {} to {}", first, last));
    throw;
  }
}

Tensors Model::predict(const Tensors& inputs, const PredictOptions& options) const {
  check<ValueError>(options.batch_size > 0, "a batch size of {}; expected at least 1",
                    options.batch_size);
  prepare(inputs);
  const BackendScope device(backend(options.device));
  const ThreadScope threads(options.threads);
  const ThreadGate::Pass pass(thread_count());
  const PackingScope packing(options.packing);
  std::optional<Session> session;
  if (Session::current() == nullptr) session.emplace();
  const std::int64_t count = rows_of(inputs);
  std::optional<Progress> progress;
  if (options.progress) progress.emplace("predict", count);
  std::vector<Tensors> parts(dag().outputs().size());
  std::int64_t begin = 0;
  do {
    const std::int64_t end = std::min(begin + options.batch_size, count);
    Tensors batch;
    for (const Tensor& input : inputs) batch.push_back(rows(input, begin, end));
    const Tensors outputs = predict_rows(batch, begin, count, options.keep_masks);
    for (std::size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(outputs[i]);
    if (progress) progress->advance(end - begin);
    begin = end;
  } while (begin < count);
  const BackendScope host(backend("cpu"));
  Tensors results;
  for (const Tensors& part : parts) results.push_back(joined(part));
  return results;
}

Tensor Model::predict(const Tensor& input, const PredictOptions& options) const {
  const Tensors outputs = predict(Tensors{input}, options);
  check_one_output();
  return outputs.front();
}

Tensor Model::predict(const std::vector<std::vector<int>>& sequences,
                      const PredictOptions& options) const {
  // No sequences at all: one step, since recurrent layers take no fewer.
  std::size_t longest = sequences.empty() ? 1 : 0;
  for (const std::vector<int>& sequence : sequences) longest = std::max(longest, sequence.size());
  std::vector<std::int32_t> ids(sequences.size() * longest, 0);
  for (std::size_t row = 0; row < sequences.size(); ++row) {
    std::copy(sequences[row].begin(), sequences[row].end(),
              ids.begin() + static_cast<std::ptrdiff_t>(row * longest));
  }
  const Shape shape{static_cast<std::int64_t>(sequences.size()),
                    static_cast<std::int64_t>(longest)};
  return predict(Tensor(shape, ids), options);
}

Tensor Model::predict(std::initializer_list<std::initializer_list<int>> sequences,
                      const PredictOptions& options) const {
  return predict(std::vector<std::vector<int>>(sequences.begin(), sequences.end()), options);
}

}  // namespace domino
