// Every function of keras.ops: whether Domino computes it, and docs/operations.md, which tells it.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "domino/graph/registry.h"
#include "tests/layers/docs_page.h"
#include "tests/layers/parity_file.h"

namespace domino::testing {
namespace {

using nlohmann::json;

constexpr std::string_view kPageHead = R"(# The functions of keras.ops

A function that is called between layers, as `ops.mean(h, 1)`, stands in the file of a model as an entry of its own, under
the name of a class. `keras.ops` 3.15.1 has such classes for {all} of its functions. Domino computes {known} of them; a file
with others is refused with an error that names them all. Python's operators are functions too: `a + b` is
`add`, and `h[:, -1]` is `get_item`.

A test has written this page, from the classes that Domino knows and from what Keras says of each function. Each of these
classes is compared with numbers that Keras gave. A page that is stale fails the test; `DOMINO_RENEW_PAGES=1` writes it anew.
Arguments that nobody compared may be refused: the error says which, as in "alpha is 0.5; only 1 is supported".

Their results carry no mask, as in Keras. Under Keras' rules a function that returns the very tensor it was given keeps the mask of that.
)";

using Class = std::pair<std::string, std::string>;  // module and name
using ByModule =
    std::map<std::string, std::vector<std::string>>;  // functions as the page shows them

Class class_of(const json& recorded) { return {recorded.at("module"), recorded.at("class_name")}; }

/// "`batch_normalization` (`BatchNorm`)"; the class only where the name does not tell it.
std::string shown_function(const json& function) {
  const std::string name = function.at("name");
  const std::string type = function.at("class_name");
  std::string joined = name;
  std::erase(joined, '_');
  const bool same = std::ranges::equal(
      joined, type, [](unsigned char a, unsigned char b) { return a == std::tolower(b); });
  return same ? fmt::format("`{}`", name) : fmt::format("`{}` (`{}`)", name, type);
}

std::size_t count_functions(const ByModule& lists) {
  std::size_t count = 0;
  for (const auto& [module, functions] : lists) count += functions.size();
  return count;
}

std::string table_of_modules(std::string_view title, const ByModule& lists) {
  std::string text = fmt::format("\n## {}\n\n| module | functions |\n|---|---|\n", title);
  for (const auto& [module, functions] : lists) {
    text += fmt::format("| `{}` | {} |\n", module, fmt::join(functions, ", "));
  }
  return text;
}

class OperationsPage : public ::testing::Test {
 protected:
  OperationsPage() {
    for (const OperationKind& kind : builtin_operations()) known_.emplace(kind.module, kind.type);
  }

  /// The functions that have a class: those that Domino computes, or the others.
  ByModule functions(bool computed) const {
    ByModule lists;
    for (const json& function : file_.index().at("functions")) {
      if (function.at("class_name").is_null()) continue;
      if (known_.contains(class_of(function)) != computed) continue;
      lists[function.at("module")].push_back(shown_function(function));
    }
    return lists;
  }

  std::vector<std::string> functions_without_class() const {
    std::vector<std::string> names;
    for (const json& function : file_.index().at("functions")) {
      if (!function.at("class_name").is_null()) continue;
      names.push_back(fmt::format("`{}`", function.at("name").get<std::string>()));
    }
    return names;
  }

  std::string page() const {
    const ByModule computed = functions(true);
    const ByModule missing = functions(false);
    return fmt::format(kPageHead,
                       fmt::arg("all", count_functions(computed) + count_functions(missing)),
                       fmt::arg("known", count_functions(computed))) +
           table_of_modules("Computed", computed) + table_of_modules("Not computed", missing) +
           fmt::format(
               "\n## Without a class\n\nOf these a file holds what they give, numbers or the "
               "functions that they call: {}.\n",
               fmt::join(functions_without_class(), ", "));
  }

  const ParityFile file_{"operations"};
  std::set<Class> known_;
};

TEST_F(OperationsPage, ListsOnlyWhatIsComparedWithKeras) {
  std::set<Class> compared;
  for (const json& recorded : file_.index().at("cases")) compared.insert(class_of(recorded));
  // No function of Keras makes this one.
  compared.emplace("keras.src.ops.numpy", "Abs");
  EXPECT_EQ(compared, known_);
}

TEST_F(OperationsPage, IsWhatTheCodeSays) { expect_page("operations.md", page()); }

}  // namespace
}  // namespace domino::testing
