#include <algorithm>
#include <map>
#include <string>

#include "domino/backends/ops/ops_internal.h"
#include "domino/core/check.h"

namespace domino::ops {
namespace {

/// A tensor whose axes have one-letter labels.
struct Labelled {
  Tensor tensor;
  std::string labels;
};

struct Subscripts {
  std::vector<std::string> operands;
  std::string output;
};

/// Labels for the axes that "..." stands for, aligned from the last; no letter of a subscript.
constexpr std::string_view kEllipsisLabels = "0123456789";

std::string expanded(std::string term, int ellipsis_rank) {
  const std::size_t at = term.find("...");
  if (at == std::string::npos) return term;
  check<ValueError>(ellipsis_rank >= 0 && ellipsis_rank <= static_cast<int>(kEllipsisLabels.size()),
                    "einsum: '{}' has more letters than its tensor has axes", term);
  const auto first = kEllipsisLabels.size() - static_cast<std::size_t>(ellipsis_rank);
  return term.replace(at, 3, kEllipsisLabels.substr(first));
}

int ellipsis_rank(const std::string& term, const Tensor& tensor) {
  if (term.find("...") == std::string::npos) return 0;
  return tensor.rank() - static_cast<int>(term.size() - 3);
}

/// Without "->" the output has the labels that come once, in order of the alphabet.
std::string implied_output(const std::string& operands) {
  std::map<char, int> counts;
  for (const char label : operands) {
    if (std::isalpha(static_cast<unsigned char>(label)) != 0) ++counts[label];
  }
  std::string output = operands.find("...") == std::string::npos ? "" : "...";
  for (const auto& [label, count] : counts) {
    if (count == 1) output += label;
  }
  return output;
}

Subscripts parse(std::string text, const Tensors& tensors) {
  std::erase(text, ' ');
  const std::size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  std::string output = arrow == std::string::npos ? implied_output(left) : text.substr(arrow + 2);
  Subscripts subscripts;
  std::size_t begin = 0;
  int widest = 0;
  for (std::size_t i = 0; begin <= left.size(); ++i) {
    const std::size_t end = std::min(left.find(',', begin), left.size());
    const std::string term = left.substr(begin, end - begin);
    check<ValueError>(i < tensors.size(), "einsum: '{}' for {} tensors", text, tensors.size());
    const int rank = ellipsis_rank(term, tensors[i]);
    widest = std::max(widest, rank);
    subscripts.operands.push_back(expanded(term, rank));
    begin = end + 1;
  }
  check<ValueError>(subscripts.operands.size() == tensors.size(), "einsum: '{}' for {} tensors",
                    text, tensors.size());
  subscripts.output = expanded(std::move(output), widest);
  return subscripts;
}

bool has(const std::string& labels, char label) { return labels.find(label) != std::string::npos; }

Labelled labelled(const Tensor& tensor, const std::string& labels) {
  check(static_cast<std::size_t>(tensor.rank()) == labels.size(),
        "einsum: '{}' names {} axes, got {}", labels, labels.size(), tensor.shape());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check<ValueError>(
        labels.find(labels[i], i + 1) == std::string::npos,
        "einsum: '{}' names an axis twice in one operand; diagonals are not supported", labels);
  }
  return {tensor, labels};
}

/// Sums out the labels that nothing else names.
Labelled summed_to(const Labelled& x, const std::string& wanted) {
  Axes gone;
  std::string left;
  for (std::size_t i = 0; i < x.labels.size(); ++i) {
    if (has(wanted, x.labels[i])) {
      left += x.labels[i];
    } else {
      gone.push_back(static_cast<int>(i));
    }
  }
  return gone.empty() ? x : Labelled{sum(x.tensor, gone), left};
}

Labelled transposed_to(const Labelled& x, const std::string& order) {
  Axes axes;
  for (const char label : order) {
    check<ValueError>(has(x.labels, label), "einsum: no operand names the output axis '{}'",
                      std::string(1, label));
    axes.push_back(static_cast<int>(x.labels.find(label)));
  }
  return {transpose(x.tensor, axes), order};
}

std::vector<std::int64_t> sizes_of(const Labelled& x, const std::string& labels) {
  std::vector<std::int64_t> sizes;
  for (const char label : labels)
    sizes.push_back(x.tensor.size(static_cast<int>(x.labels.find(label))));
  return sizes;
}

std::int64_t product(const std::vector<std::int64_t>& sizes) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return count;
}

/// One product: labels of both are a batch if `wanted` names them, and summed over otherwise.
Labelled contracted(const Labelled& a_whole, const Labelled& b_whole, const std::string& wanted) {
  const Labelled a = summed_to(a_whole, b_whole.labels + wanted);
  const Labelled b = summed_to(b_whole, a_whole.labels + wanted);
  std::string batch;
  std::string inner;
  std::string rows;
  std::string columns;
  for (const char label : a.labels) {
    (!has(b.labels, label) ? rows : has(wanted, label) ? batch : inner) += label;
  }
  for (const char label : b.labels) {
    if (!has(a.labels, label)) columns += label;
  }
  for (const char label : batch + inner) {
    check(sizes_of(a, {label}) == sizes_of(b, {label}), "einsum: axis '{}' has size {} and {}",
          std::string(1, label), sizes_of(a, {label})[0], sizes_of(b, {label})[0]);
  }
  std::vector<std::int64_t> sizes = sizes_of(a, batch);
  const auto matrix = [&](const Labelled& x, const std::string& left, const std::string& right) {
    const Labelled ordered = transposed_to(x, batch + left + right);
    std::vector<std::int64_t> merged = sizes;
    merged.push_back(product(sizes_of(ordered, left)));
    merged.push_back(product(sizes_of(ordered, right)));
    return reshape(ordered.tensor, Shape(std::move(merged)));
  };
  const Tensor result = matmul(matrix(a, rows, inner), matrix(b, inner, columns));
  for (const std::int64_t size : sizes_of(a, rows)) sizes.push_back(size);
  for (const std::int64_t size : sizes_of(b, columns)) sizes.push_back(size);
  return {reshape(result, Shape(std::move(sizes))), batch + rows + columns};
}

}  // namespace

Tensor einsum(const std::string& subscripts, const Tensors& tensors) {
  check<ValueError>(!tensors.empty(), "einsum: no tensors");
  const Subscripts parsed = parse(subscripts, tensors);
  Labelled result = labelled(tensors[0], parsed.operands[0]);
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    std::string wanted = parsed.output;
    for (std::size_t later = i + 1; later < tensors.size(); ++later) {
      wanted += parsed.operands[later];
    }
    result = contracted(result, labelled(tensors[i], parsed.operands[i]), wanted);
  }
  return transposed_to(summed_to(result, parsed.output), parsed.output).tensor;
}

}  // namespace domino::ops
