#include "domino/utils/pad_sequences.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "domino/core/check.h"
#include "domino/core/visit_dtype.h"

namespace domino::utils {

void detail::check_item_size(std::size_t got, std::size_t size, std::size_t sequence) {
  check(got == size,
        "sequence {} has items of {} and of {} entries; all items of a sequence need one size",
        sequence, size, got);
}

namespace {

/// The whole numbers below 2^digits are those that `To` holds.
template <class To, class From>
bool fits(From number) {
  if constexpr (std::is_integral_v<From>) {
    if constexpr (std::is_same_v<From, bool>)
      return true;
    else
      return std::in_range<To>(number);
  } else {
    const From whole = std::trunc(number);
    const From end = std::ldexp(From{1}, std::numeric_limits<To>::digits);
    return whole < end && whole >= (std::is_signed_v<To> ? -end : From{0});
  }
}

/// False if `To` does not hold `number`.
template <class To, class From>
bool assign(To& to, From number) {
  if constexpr (std::is_same_v<To, Float16>) {
    to = to_float16(static_cast<float>(number));
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    to = to_bfloat16(static_cast<float>(number));
  } else if constexpr (std::is_same_v<To, bool>) {
    to = number != From{};
  } else if constexpr (std::is_floating_point_v<To>) {
    to = static_cast<To>(number);
  } else {
    if (!fits<To>(number)) return false;
    to = static_cast<To>(number);  // NOLINT(bugprone-signed-char-misuse): int8 holds numbers
  }
  return true;
}

/// A run of whole items: elements `begin` to `begin + count` of a tensor.
struct Run {
  std::size_t begin;
  std::size_t count;
};

template <class To>
void copy_numbers(const Tensor& sequence, Run from, std::span<To> to, std::size_t position) {
  visit_number(sequence.dtype(), [&]<class From>(TypeTag<From>) {
    const std::span<const From> items = sequence.data<From>().subspan(from.begin, from.count);
    for (std::size_t i = 0; i < items.size(); ++i) {
      check<ValueError>(assign(to[i], widen(items[i])),
                        "item {} of sequence {} does not fit into {}; set .dtype to a type that "
                        "holds it",
                        widen(items[i]), position, kDTypeOf<To>);
    }
  });
}

void copy_items(const Tensor& sequence, Run from, Tensor& padded, std::size_t to,
                std::size_t position) {
  const bool strings = padded.dtype() == DType::String;
  check<ValueError>(strings == (sequence.dtype() == DType::String),
                    "sequence {} holds {}, which .dtype {} does not hold; {}", position,
                    sequence.dtype(), padded.dtype(),
                    strings ? "give strings, or a .dtype of numbers" : "set .dtype to String");
  if (strings) {
    const auto items = sequence.data<std::string>().subspan(from.begin, from.count);
    std::copy(items.begin(), items.end(), padded.mutable_data<std::string>().subspan(to).begin());
    return;
  }
  visit_number(padded.dtype(), [&]<class To>(TypeTag<To>) {
    copy_numbers(sequence, from, padded.mutable_data<To>().subspan(to, from.count), position);
  });
}

/// A tensor full of the padding value.
Tensor filled(Shape shape, const PadSequencesOptions& options) {
  const std::string* text = options.value.text();
  check<ValueError>((text != nullptr) == (options.dtype == DType::String),
                    "the padding value is a {}, which .dtype {} does not hold; set .dtype to {}",
                    text != nullptr ? "string" : "number", options.dtype,
                    text != nullptr ? "String" : "a type of numbers, or .value to a string");
  Tensor tensor = Tensor::empty(std::move(shape), options.dtype);
  if (text != nullptr) {
    std::ranges::fill(tensor.mutable_data<std::string>(), *text);
    return tensor;
  }
  visit_number(options.dtype, [&]<class T>(TypeTag<T>) {
    T value{};
    check<ValueError>(assign(value, *options.value.number()),
                      "the padding value {} does not fit into {}; set .dtype to a type that holds "
                      "it",
                      *options.value.number(), options.dtype);
    std::ranges::fill(tensor.mutable_data<T>(), value);
  });
  return tensor;
}

Shape without_steps(const Tensor& sequence) { return sequence.shape().without(0); }

void check_ranks(std::span<const Tensor> sequences) {
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    check(sequences[i].rank() >= 1,
          "sequence {} is a single number; give a tensor of shape (steps, ...)", i);
  }
}

/// The shape of the items of the first sequence that has any.
Shape sample_shape(std::span<const Tensor> sequences) {
  const auto first = std::find_if(sequences.begin(), sequences.end(),
                                  [](const Tensor& s) { return s.size(0) > 0; });
  return first == sequences.end() ? Shape() : without_steps(*first);
}

std::int64_t longest(std::span<const Tensor> sequences) {
  check<ValueError>(!sequences.empty(),
                    "no sequences, so there is no longest one; give .maxlen to get (0, maxlen)");
  std::int64_t most = 0;
  for (const Tensor& sequence : sequences) most = std::max(most, sequence.size(0));
  return most;
}

bool is_pre(std::string_view what, const std::string& mode) {
  check<ValueError>(mode == "pre" || mode == "post",
                    "{} type \"{}\" not understood; use \"pre\" or \"post\"", what, mode);
  return mode == "pre";
}

/// Copies what is kept of sequence `position` to its place in its row.
void put(const Tensor& sequence, std::size_t position, Tensor& padded,
         const PadSequencesOptions& options) {
  const std::int64_t maxlen = padded.size(1);
  const std::int64_t steps = sequence.size(0);
  const bool cut_front = is_pre("Truncating", options.truncating);
  // Python's s[-0:] is all of s.
  check(maxlen > 0 || !cut_front,
        "sequence {} has {} steps, which do not fit into maxlen 0; set .truncating to \"post\" to "
        "cut them all",
        position, steps);
  const Shape sample = padded.shape().without(0).without(0);
  check(without_steps(sequence) == sample,
        "Shape of sample {} of sequence at position {} is different from expected shape {}",
        without_steps(sequence), position, sample);
  const bool fill_front = is_pre("Padding", options.padding);
  const std::int64_t kept = std::min(steps, maxlen);
  const std::int64_t first = cut_front ? steps - kept : 0;
  const std::int64_t row = static_cast<std::int64_t>(position) * maxlen;
  const std::int64_t at = row + (fill_front ? maxlen - kept : 0);
  const auto size = static_cast<std::size_t>(sample.elements());
  copy_items(sequence,
             {.begin = static_cast<std::size_t>(first) * size,
              .count = static_cast<std::size_t>(kept) * size},
             padded, static_cast<std::size_t>(at) * size, position);
}

}  // namespace

Tensor pad_sequences(std::span<const Tensor> sequences, const PadSequencesOptions& options) {
  check_ranks(sequences);
  const std::int64_t maxlen = options.maxlen ? *options.maxlen : longest(sequences);
  check<ValueError>(maxlen >= 0, "maxlen is {}; it must not be negative", maxlen);
  const Shape sample = sample_shape(sequences);
  std::vector<std::int64_t> sizes{static_cast<std::int64_t>(sequences.size()), maxlen};
  sizes.insert(sizes.end(), sample.begin(), sample.end());
  Tensor padded = filled(Shape(std::move(sizes)), options);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i].size(0) > 0) put(sequences[i], i, padded, options);
  }
  return padded;
}

}  // namespace domino::utils
