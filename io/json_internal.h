#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "domino/core/config.h"

namespace domino {

/// What hears of the parts of a JSON text, in the order in which they stand; derive from it.
class JsonEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool binary(nlohmann::json::binary_t&) final { return false; }  // JSON texts hold none
  bool parse_error(std::size_t position, const std::string& last,
                   const nlohmann::json::exception& error) override;
  /// Begins the messages: "its header".
  const std::string& subject() const { return subject_; }

 protected:
  explicit JsonEvents(std::string_view subject) : subject_(subject) {}

 private:
  const std::string subject_;
};

/// Tells `events` of the JSON `text`. Throws IoError "<subject> is not valid JSON at byte 7", or
/// "UTF-8" if that is what is wrong.
void read_json(std::string_view text, JsonEvents& events);

/// The value that a JSON text stands for; `subject` begins the messages.
///
/// Takes what Python's `json.dumps` writes: NaN, Infinity and -Infinity too. Throws IoError for any
/// other text, for a key that comes twice in one object, more than 200 levels, and for whole numbers
/// beyond 64 bits and floats beyond a double. Memory grows with the text.
Config parse_json(std::string_view text, std::string_view subject = "the text");

}  // namespace domino
