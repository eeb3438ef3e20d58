#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace domino {

/// `GlobalAveragePooling1D` -> `global_average_pooling1d` (keras/src/utils/naming.py, to_snake_case).
std::string to_snake_case(std::string_view class_name);

/// Gives `name`, then `name_1`, `name_2`, ... each time it is asked for the same one.
class UniqueNames {
 public:
  /// Marks a name as taken; false if it was.
  bool take(const std::string& name);
  std::string next(const std::string& name);

 private:
  std::unordered_map<std::string, int> taken_;
};

}  // namespace domino
