#pragma once

#include <functional>
#include <string>
#include <vector>

namespace domino {

/// Says who calls the ops of this thread until the end of the scope, for errors that a device tells of
/// only later. Scopes nest.
class CallerScope {
 public:
  using Title = std::function<std::string()>;
  explicit CallerScope(Title title);
  ~CallerScope();
  CallerScope(const CallerScope&) = delete;
  CallerScope& operator=(const CallerScope&) = delete;

  /// Titles of the callers, the innermost first.
  static std::vector<std::string> titles();

 private:
  Title title_;
  CallerScope* outer_;
};

}  // namespace domino
