#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "domino/core/dtype.h"
#include "domino/core/tensor.h"

namespace domino::utils {

/// What short sequences are filled with: a number, or a string beside `.dtype = DType::String`.
class PadValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `.value = -1` reads as in Keras
  PadValue(double number) : value_(number) {}
  PadValue(int number) : value_(static_cast<double>(number)) {}
  PadValue(std::string text) : value_(std::move(text)) {}
  PadValue(const char* text) : value_(std::string(text)) {}
  // NOLINTEND(google-explicit-constructor)

  /// Null if it is a string.
  const double* number() const { return std::get_if<double>(&value_); }
  /// Null if it is a number.
  const std::string* text() const { return std::get_if<std::string>(&value_); }

 private:
  std::variant<double, std::string> value_;
};

/// Keras' arguments, with Keras' defaults.
struct PadSequencesOptions {
  std::optional<std::int64_t> maxlen = std::nullopt;  ///< not given: the longest sequence
  DType dtype = DType::Int32;
  std::string padding = "pre";     ///< "pre" or "post": where short sequences are filled
  std::string truncating = "pre";  ///< "pre" or "post": where long sequences are cut
  PadValue value = 0.0;
};

/// Sequences of different lengths as one tensor (sequences, maxlen, *sample shape).
///
/// A sequence is a tensor (steps, *sample shape); an empty one may have any shape (0, ...) and
/// becomes a row of `value`. No mask hangs on the result; `Embedding(mask_zero)` and `Masking` make
/// one from the values.
///
/// Numbers with a fraction are cut toward zero in integer types. Differs from Keras: a number that
/// `dtype` cannot hold throws ValueError, also where NumPy wraps an array's item or turns a NaN value
/// into the lowest integer. Strings have no fixed width: Keras' `object` is DType::String.
///
/// Throws ShapeError if samples differ in shape, ValueError for everything else that does not fit.
/// As in Keras, "padding" and "truncating" are read when the first sequence that is not empty is.
/// Source: keras/src/utils/sequence_utils.py.
Tensor pad_sequences(std::span<const Tensor> sequences, const PadSequencesOptions& options = {});

namespace detail {

/// Throws ShapeError unless every item has `size` entries.
void check_item_size(std::size_t got, std::size_t size, std::size_t sequence);

template <class T>
Tensor to_tensor(const std::vector<T>& items, std::size_t) {
  return Tensor({static_cast<std::int64_t>(items.size())}, items);
}

template <class T>
Tensor to_tensor(const std::vector<std::vector<T>>& items, std::size_t sequence) {
  if (items.empty()) return to_tensor(std::vector<T>(), sequence);
  const std::size_t size = items.front().size();
  std::vector<T> flat;
  for (const std::vector<T>& item : items) {
    check_item_size(item.size(), size, sequence);
    flat.insert(flat.end(), item.begin(), item.end());
  }
  return Tensor({static_cast<std::int64_t>(items.size()), static_cast<std::int64_t>(size)}, flat);
}

}  // namespace detail

/// The same for lists of numbers or strings (`T` int, std::int64_t, float, double, std::string), or of
/// items that are lists themselves.
template <class T>
Tensor pad_sequences(const std::vector<std::vector<T>>& sequences,
                     const PadSequencesOptions& options = {}) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    tensors.push_back(detail::to_tensor(sequences[i], i));
  }
  return pad_sequences(std::span<const Tensor>(tensors), options);
}

/// So that lists of ids can be written in place: `pad_sequences({{711, 632}, {73}})`.
inline Tensor pad_sequences(const std::vector<std::vector<int>>& sequences,
                            const PadSequencesOptions& options = {}) {
  return pad_sequences<int>(sequences, options);
}

}  // namespace domino::utils
