#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "domino/core/config.h"

namespace domino::layers {

/// An argument that Keras takes as None, a number or a list of numbers; the form is kept, so that a
/// configuration goes back into Keras as it came.
class Integers {
 public:
  Integers() = default;  ///< None
  // NOLINTBEGIN(google-explicit-constructor): `.axis = 1` and `.axis = {1, 2}` read as in Keras
  Integers(std::int64_t number) : form_(Form::Number), values_{number} {}
  Integers(std::initializer_list<std::int64_t> numbers) : form_(Form::List), values_(numbers) {}
  // NOLINTEND(google-explicit-constructor)
  explicit Integers(std::vector<std::int64_t> numbers)
      : form_(Form::List), values_(std::move(numbers)) {}

  /// False for None.
  bool given() const { return form_ != Form::None; }
  bool is_number() const { return form_ == Form::Number; }
  const std::vector<std::int64_t>& values() const { return values_; }
  /// The numbers as axes for `ops::`. Throws ValueError for one beyond 32 bits.
  std::vector<int> axes() const;

  /// null, a number or an array, and back.
  Config to_config() const;
  static Integers from_config(const Config& config);

 private:
  enum class Form : std::uint8_t { None, Number, List };
  Form form_ = Form::None;
  std::vector<std::int64_t> values_;
};

/// The number of an option that Keras takes as one number or as a list of one. Throws ValueError,
/// naming layer and option, for anything else and for one below `least`.
std::int64_t one_number(std::string_view layer, std::string_view option, const Integers& given,
                        std::int64_t least = 1);

/// The two numbers of an option that Keras takes as a list of two or as one number for both. Throws
/// ValueError, naming layer and option, for anything else and for one below 0.
std::pair<std::int64_t, std::int64_t> two_numbers(std::string_view layer, std::string_view option,
                                                  const Integers& given);

}  // namespace domino::layers
