#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/core/config.h"

namespace domino::layers {

/// The `vocabulary` of a lookup layer: None or a list of terms, strings or integers.
template <class T>
class Vocabulary {
 public:
  Vocabulary() = default;  ///< None
  // NOLINTBEGIN(google-explicit-constructor): `.vocabulary = {"a", "b"}` reads as in Keras
  Vocabulary(std::initializer_list<T> terms) : given_(true), terms_(terms) {}
  Vocabulary(std::vector<T> terms) : given_(true), terms_(std::move(terms)) {}
  // NOLINTEND(google-explicit-constructor)

  bool given() const { return given_; }
  const std::vector<T>& terms() const { return terms_; }

  /// null or an array, and back.
  Config to_config() const;
  static Vocabulary from_config(const Config& config);

 private:
  bool given_ = false;
  std::vector<T> terms_;
};

/// What Keras writes into `vocabulary.txt`: a term per line.
template <class T>
std::string vocabulary_file(const std::vector<T>& terms);

/// The terms of such a file, read as Keras does: lines end where Python's splitlines() ends them, and
/// empty ones at the end do not count. Throws ValueError for a line that is no integer, if they have to
/// be.
template <class T>
std::vector<T> read_vocabulary(std::string_view file);
template <>
std::vector<std::string> read_vocabulary(std::string_view file);
template <>
std::vector<std::int64_t> read_vocabulary(std::string_view file);

}  // namespace domino::layers
