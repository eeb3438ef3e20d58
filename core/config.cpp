#include "domino/core/config.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "domino/core/check.h"

namespace domino {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", value);
  // A double stays a double when it is read back.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

[[noreturn]] void wrong_kind(std::string_view wanted, const Config& got) {
  std::string text = got.to_json();
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  fail<ValueError>("expected {}, got {}", wanted, text);
}

}  // namespace

// Out of line: inlined, the variant's moves drown GCC 12 in false warnings.
Config::Config(const Config&) = default;
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(const Config&) = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;

Config Config::object(std::initializer_list<Member> members) {
  Config result;
  result.value_ = Object(members);
  return result;
}

Config Config::object(Object members) {
  Config result;
  result.value_ = std::move(members);
  return result;
}

bool Config::as_bool() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  wrong_kind("true or false", *this);
}

std::int64_t Config::as_int() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  if (const auto* value = std::get_if<double>(&value_)) {
    if (std::fabs(*value) < 0x1p62 && std::trunc(*value) == *value) {
      return static_cast<std::int64_t>(*value);
    }
  }
  wrong_kind("an integer", *this);
}

double Config::as_double() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  wrong_kind("a number", *this);
}

const std::string& Config::as_string() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrong_kind("a string", *this);
}

const Config::Array& Config::as_array() const {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  wrong_kind("an array", *this);
}

const Config::Object& Config::as_object() const {
  if (const auto* value = std::get_if<Object>(&value_)) return *value;
  wrong_kind("an object", *this);
}

const Config* Config::find(std::string_view key) const {
  const Object& members = as_object();
  const auto it = std::ranges::find(members, key, &Member::first);
  return it == members.end() ? nullptr : &it->second;
}

bool Config::is_true(std::string_view key) const {
  const Config* found = find(key);
  return found != nullptr && *found == Config(true);
}

const Config& Config::at(std::string_view key) const {
  const Config* found = find(key);
  check<ValueError>(found != nullptr, "expected a member '{}', got none", key);
  return *found;
}

void Config::set(std::string_view key, Config value) {
  if (is_null()) value_ = Object();
  auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) wrong_kind("an object", *this);
  const auto it = std::ranges::find(*members, key, &Member::first);
  if (it == members->end()) {
    members->emplace_back(std::string(key), std::move(value));
  } else {
    it->second = std::move(value);
  }
}

std::string Config::to_json() const {
  if (is_null()) return "null";
  if (is_bool()) return as_bool() ? "true" : "false";
  if (is_int()) return std::to_string(as_int());
  if (is_number()) return number(as_double());
  if (is_string()) return quoted(as_string());
  std::string text;
  if (is_array()) {
    for (const Config& item : as_array()) {
      text += (text.empty() ? "" : ", ") + item.to_json();
    }
    return '[' + text + ']';
  }
  for (const auto& [key, value] : as_object()) {
    text += (text.empty() ? "" : ", ") + quoted(key) + ": " + value.to_json();
  }
  return '{' + text + '}';
}

void Fields::add_key(Error& error, std::string_view key) {
  error.add_context(fmt::format("'{}'", key));
}

template <class T, class Write, class Read>
void Fields::field(std::string_view key, T& value, Write write, Read read) {
  if (to_ != nullptr) return to_->set(key, write(value));
  const Config* found = from_->find(key);
  if (found == nullptr) return;
  try {
    value = read(*found);
  } catch (Error& error) {
    add_key(error, key);
    throw;
  }
}

namespace {

constexpr auto kAsIs = [](const auto& value) { return Config(value); };

int narrow_to_int(const Config& config) {
  const std::int64_t wide = config.as_int();
  check<ValueError>(
      wide >= std::numeric_limits<int>::min() && wide <= std::numeric_limits<int>::max(),
      "{} does not fit in 32 bits", wide);
  return static_cast<int>(wide);
}

std::vector<std::int64_t> sizes_of(const Config& config) {
  // Keras writes a lone number where all axes share it: Conv1D's `kernel_size: 3`.
  if (config.is_int()) return {config.as_int()};
  std::vector<std::int64_t> sizes;
  for (const Config& item : config.as_array()) sizes.push_back(item.is_null() ? -1 : item.as_int());
  return sizes;
}

}  // namespace

void Fields::operator()(std::string_view key, bool& value) {
  field(key, value, kAsIs, [](const Config& c) { return c.as_bool(); });
}

void Fields::operator()(std::string_view key, int& value) {
  field(key, value, kAsIs, narrow_to_int);
}

void Fields::operator()(std::string_view key, std::int64_t& value) {
  field(key, value, kAsIs, [](const Config& c) { return c.as_int(); });
}

void Fields::operator()(std::string_view key, double& value) {
  field(key, value, kAsIs, [](const Config& c) { return c.as_double(); });
}

void Fields::operator()(std::string_view key, std::string& value) {
  field(key, value, kAsIs, [](const Config& c) { return c.as_string(); });
}

void Fields::operator()(std::string_view key, std::vector<std::int64_t>& value) {
  const auto write = [](const std::vector<std::int64_t>& sizes) {
    return Config(Config::Array(sizes.begin(), sizes.end()));
  };
  field(key, value, write, sizes_of);
}

void Fields::operator()(std::string_view key, Config& value) {
  field(key, value, kAsIs, [](const Config& c) { return c; });
}

}  // namespace domino
