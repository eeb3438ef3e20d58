#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "domino/core/check.h"
#include "domino/io/json_internal.h"
#include "domino/io/shown_name_internal.h"

namespace domino {

bool JsonEvents::parse_error(std::size_t position, const std::string&,
                             const nlohmann::json::exception& error) {
  constexpr int kNumberOverflow = 406;
  check<IoError>(error.id != kNumberOverflow, "{} holds a number beyond a double at byte {}",
                 subject_, position);
  const bool bad_text = std::string_view(error.what()).find("UTF-8") != std::string_view::npos;
  fail<IoError>("{} is not valid {} at byte {}", subject_, bad_text ? "UTF-8" : "JSON", position);
}

void read_json(std::string_view text, JsonEvents& events) {
  // The parser takes a zero byte for the end of the text.
  const std::size_t zero = text.find('\0');
  check<IoError>(zero == std::string_view::npos, "{} is not valid JSON at byte {}",
                 events.subject(), zero);
  nlohmann::json::sax_parse(text, &events);
}

namespace {

constexpr std::size_t kMostLevels = 200;

/// A JSON text in which every NaN and Infinity of Python's has become null.
class PlainJson {
 public:
  explicit PlainJson(std::string_view text) {
    text_.reserve(text.size());
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (const Word* word = in_string ? nullptr : word_at(text.substr(i))) {
        add(*word);
        i += word->text.size() - 1;
        continue;
      }
      if (text[i] == '"') in_string = !in_string;
      if (in_string && text[i] == '\\' && i + 1 < text.size()) text_ += text[i++];
      text_ += text[i];
    }
  }

  const std::string& text() const { return text_; }
  /// What each null stands for, in their order; none for a real one.
  const std::vector<std::optional<double>>& nulls() const { return nulls_; }
  /// Where in Python's text the byte `position` of this one stood.
  std::size_t original(std::size_t position) const {
    return position -
           static_cast<std::size_t>(std::ranges::lower_bound(longer_, position) - longer_.begin());
  }

 private:
  struct Word {
    std::string_view text;
    std::optional<double> value;
  };

  static const Word* word_at(std::string_view text) {
    static constexpr double kInfinity = std::numeric_limits<double>::infinity();
    static constexpr std::array<Word, 4> kWords{{{"null", std::nullopt},
                                                 {"NaN", std::numeric_limits<double>::quiet_NaN()},
                                                 {"Infinity", kInfinity},
                                                 {"-Infinity", -kInfinity}}};
    const auto* const it =
        std::ranges::find_if(kWords, [&](const Word& word) { return text.starts_with(word.text); });
    return it == kWords.end() ? nullptr : it;
  }

  void add(const Word& word) {
    constexpr std::string_view kNull = "null";
    nulls_.push_back(word.value);
    text_ += kNull;
    if (word.text.size() < kNull.size()) longer_.push_back(text_.size());
    text_.resize(std::max(text_.size(), text_.size() + word.text.size() - kNull.size()), ' ');
  }

  std::string text_;
  std::vector<std::optional<double>> nulls_;
  std::vector<std::size_t> longer_;  // where a word has become longer by a byte
};

/// Puts a Config together.
class ConfigEvents final : public JsonEvents {
 public:
  ConfigEvents(const PlainJson& json, std::string_view subject)
      : JsonEvents(subject), json_(json) {}

  Config take() { return std::move(root_); }

  bool null() override {
    const std::optional<double> number = json_.nulls().at(nulls_++);
    return add(number ? Config(*number) : Config());
  }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_float(double value, const std::string& text) override {
    const bool whole = text.find_first_of(".eE") == std::string::npos;
    check<IoError>(!whole, "{} holds {}, a whole number beyond 64 bits", subject(),
                   shown_name(text));
    return add(value);
  }
  bool number_unsigned(std::uint64_t value) override {
    check<IoError>(value <= std::numeric_limits<std::int64_t>::max(),
                   "{} holds '{}', a whole number beyond 64 bits", subject(), value);
    return add(value);
  }
  bool string(std::string& value) override { return add(std::move(value)); }

  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool key(std::string& value) override {
    open_.back().members.emplace_back(std::move(value), Config());
    return true;
  }
  bool end_object() override {
    Config::Object members = std::move(open_.back().members);
    open_.pop_back();
    check_keys(members);
    return add(Config::object(std::move(members)));
  }
  bool end_array() override {
    Config::Array items = std::move(open_.back().items);
    open_.pop_back();
    return add(std::move(items));
  }

  bool parse_error(std::size_t position, const std::string& last,
                   const nlohmann::json::exception& error) override {
    return JsonEvents::parse_error(json_.original(position), last, error);
  }

 private:
  /// An array or object whose end has not come yet.
  struct Open {
    bool is_object;
    Config::Object members;
    Config::Array items;
  };

  bool open(bool is_object) {
    check<IoError>(open_.size() < kMostLevels, "{} nests deeper than {} levels", subject(),
                   kMostLevels);
    open_.push_back({.is_object = is_object, .members = {}, .items = {}});
    return true;
  }

  bool add(Config value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_object) {
      open_.back().members.back().second = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  void check_keys(const Config::Object& members) const {
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& [key, value] : members) keys.push_back(key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice == keys.end()) return;
    fail<IoError>("{} holds the key {} twice in one object", subject(), shown_name(*twice));
  }

  const PlainJson& json_;
  std::size_t nulls_ = 0;
  std::vector<Open> open_;
  Config root_;
};

}  // namespace

Config parse_json(std::string_view text, std::string_view subject) {
  const PlainJson json(text);
  ConfigEvents events(json, subject);
  read_json(json.text(), events);
  return events.take();
}

}  // namespace domino
