// What docs/cli.md shows: pages/*.txt hold commands, "$ domino ...", and what they print, and
// docs/*.dot the source of its pictures. With DOMINO_RENEW_PAGES set the files are written anew.

#include <cstdlib>
#include <regex>
#include <sstream>

#include "tests/cli/cli_test.h"

namespace domino::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

class Pages : public CliTest, public ::testing::WithParamInterface<fs::path> {
 protected:
  /// The commands of a page and what they print now.
  std::string play(const std::string& page) const {
    std::istringstream lines(page);
    std::string played;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("$ domino ")) continue;
      const Ended ended = domino(words_of(line.substr(9)));
      played += line + '\n' + ended.out + ended.err;
      if (ended.status != 0) played += "(exit status " + std::to_string(ended.status) + ")\n";
    }
    return played;
  }
};

bool renews_pages() { return std::getenv("DOMINO_RENEW_PAGES") != nullptr; }

/// Rounding is of the machine: 2.4e-07 here may be 1.8e-07 there, or 0.
std::string without_rounding(const std::string& text) {
  return std::regex_replace(text, std::regex("equal, largest error [0-9.e-]+"), "equal");
}

TEST_P(Pages, ShowWhatTheProgramPrints) {
  write_recorded("encoder_blocks.keras", "right_4");
  const std::string page = read(GetParam());
  const std::string played = play(page);
  if (renews_pages()) std::ofstream(GetParam()) << played;
  EXPECT_EQ(without_rounding(page), without_rounding(played));
}

class Pictures : public CliTest {};

TEST_F(Pictures, ShowWhatTheProgramDraws) {
  const fs::path source = fs::path(DOMINO_TESTS_DIR) / "../docs/encoder_blocks.dot";
  output_of({"plot", "encoder_blocks.keras", "-o", "now.dot"});
  EXPECT_EQ(read(source), read(in_folder("now.dot")));
  if (!renews_pages()) return;
  output_of({"plot", "encoder_blocks.keras", "-o", source});
  output_of({"plot", "encoder_blocks.keras", "-o", fs::path(source).replace_extension(".svg")});
}

std::vector<fs::path> pages() {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::directory_iterator(fs::path(DOMINO_TESTS_DIR) / "cli/pages")) {
    pages.push_back(entry.path());
  }
  return pages;
}

INSTANTIATE_TEST_SUITE_P(Cli, Pages, ::testing::ValuesIn(pages()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace domino::testing
