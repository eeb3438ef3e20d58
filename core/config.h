#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "domino/core/error.h"

namespace domino {

/// A small JSON-like value: what a layer's `config()` returns and `from_config()` takes.
///
/// Object keys keep the order in which they were added.
class Config {
 public:
  using Array = std::vector<Config>;
  using Member = std::pair<std::string, Config>;
  using Object = std::vector<Member>;

  Config() = default;  ///< null
  Config(const Config&);
  Config(Config&&) noexcept;
  Config& operator=(const Config&);
  Config& operator=(Config&&) noexcept;
  ~Config();
  // NOLINTBEGIN(google-explicit-constructor): literals read as values
  Config(bool value) : value_(value) {}
  template <std::integral T>
  Config(T value) : value_(static_cast<std::int64_t>(value)) {}
  Config(double value) : value_(value) {}
  Config(std::string value) : value_(std::move(value)) {}
  Config(std::string_view value) : value_(std::string(value)) {}
  Config(const char* value) : value_(std::string(value)) {}
  Config(Array value) : value_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)
  static Config object(std::initializer_list<Member> members = {});
  /// The keys have to differ.
  static Config object(Object members);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Each throws ValueError, saying what came instead, if the value is of another kind.
  bool as_bool() const;
  std::int64_t as_int() const;  ///< also a double without a fraction
  double as_double() const;     ///< also an int
  const std::string& as_string() const;
  const Array& as_array() const;
  const Object& as_object() const;

  /// The member `key`, or null if there is none. Throws ValueError unless this is an object.
  const Config* find(std::string_view key) const;
  /// The member `key`. Throws ValueError naming the key if there is none.
  const Config& at(std::string_view key) const;
  /// Whether the member `key` is there, and true. Throws ValueError unless this is an object.
  bool is_true(std::string_view key) const;
  /// Adds or replaces a member; a null value becomes an object first.
  void set(std::string_view key, Config value);

  /// Compact JSON. NaN and infinities are written as Keras' JSON does: NaN, Infinity, -Infinity.
  std::string to_json() const;

  friend bool operator==(const Config&, const Config&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Walks the fields of an options struct, either writing them to a Config or reading them from one.
///
/// An options struct lists its fields once, under Keras' argument names:
/// `void fields(Fields& f) { f("units", units); f("use_bias", use_bias); }`.
/// Reading leaves a field alone if its key is absent and throws ValueError, naming the key, if it
/// holds another kind of value.
class Fields {
 public:
  explicit Fields(Config* to) : to_(to) {}
  explicit Fields(const Config& from) : from_(&from) {}

  void operator()(std::string_view key, bool& value);
  void operator()(std::string_view key, int& value);
  void operator()(std::string_view key, std::int64_t& value);
  void operator()(std::string_view key, double& value);
  void operator()(std::string_view key, std::string& value);
  void operator()(std::string_view key, std::vector<std::int64_t>& value);
  void operator()(std::string_view key, Config& value);

  /// A field that may be absent: Keras' `None`.
  template <class T>
  void operator()(std::string_view key, std::optional<T>& value) {
    if (to_ != nullptr && !value) return to_->set(key, {});
    if (from_ != nullptr) {
      const Config* found = from_->find(key);
      if (found == nullptr) return;
      if (found->is_null()) return value.reset();
      value.emplace();
    }
    (*this)(key, *value);
  }

  /// A field of a type that turns itself into a Config: `to_config()` and static `from_config()`.
  template <class T>
  requires requires(const T& t, const Config& c) {
    { t.to_config() } -> std::same_as<Config>;
    { T::from_config(c) } -> std::same_as<T>;
  }
  void operator()(std::string_view key, T& value) {
    if (to_ != nullptr) return to_->set(key, value.to_config());
    const Config* found = from_->find(key);
    if (found == nullptr) return;
    try {
      value = T::from_config(*found);
    } catch (Error& error) {
      add_key(error, key);
      throw;
    }
  }

 private:
  static void add_key(Error& error, std::string_view key);
  template <class T, class Write, class Read>
  void field(std::string_view key, T& value, Write write, Read read);

  Config* to_ = nullptr;
  const Config* from_ = nullptr;
};

}  // namespace domino
