#include "domino/core/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/core/on_terminal.h"

namespace domino {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

using ProgressOnTerminal = OnTerminalTest;

std::vector<std::string> states_of(const std::string& text) {
  std::vector<std::string> states;
  for (std::size_t at = text.find('\r'); at != std::string::npos;) {
    const std::size_t next = text.find('\r', at + 1);
    std::string state = text.substr(at + 1, next - at - 1);
    if (state.size() > 1) states.push_back(std::move(state));  // not the end of the line
    at = next;
  }
  return states;
}

void wait_for_next_drawing() { std::this_thread::sleep_for(std::chrono::milliseconds(120)); }

TEST_F(ProgressOnTerminal, DrawsBarCountsRateAndTime) {
  const std::string text = on_terminal([] {
    Progress progress("Loading", 8);
    wait_for_next_drawing();
    progress.advance(2);
    wait_for_next_drawing();
    progress.advance(6);
  });
  const std::vector<std::string> states = states_of(text);
  ASSERT_EQ(states.size(), 4U) << text;
  EXPECT_EQ(states[0], "Loading  0/8 [>.......................]  0s\x1b[K");
  EXPECT_THAT(states[1], StartsWith("Loading  2/8 [======>.................]  "));
  EXPECT_THAT(states[1], MatchesRegex(".*  [0-9.]+/s  [0-9]+s left.*"));
  EXPECT_THAT(states[2], StartsWith("Loading  8/8 [========================]  "));
  EXPECT_THAT(states[3], StartsWith("Loading  8/8 [========================]  "));
  EXPECT_THAT(states[3], MatchesRegex(".*  [0-9.]+/s  [0-9]+s.*"));
  EXPECT_THAT(text, EndsWith("\n"));
}

TEST_F(ProgressOnTerminal, ShowsHowFarWorkCameThatStopped) {
  const std::string text = on_terminal([] { Progress("Loading", 4).advance(); });
  EXPECT_THAT(states_of(text).back(), StartsWith("Loading  1/4 [======>.................]"));
}

TEST_F(ProgressOnTerminal, DrawsNoBarForUnknownTotals) {
  const std::string text = on_terminal([] { Progress("Reading", 0).advance(3); });
  EXPECT_THAT(states_of(text).back(),
              AllOf(StartsWith("Reading  3  "), ::testing::Not(HasSubstr("["
                                                                         "="))));
}

TEST_F(ProgressOnTerminal, DrawsAtMostTenTimesASecond) {
  const auto start = std::chrono::steady_clock::now();
  const std::string text = on_terminal([] {
    Progress progress("Counting", 1'000'000);
    std::vector<std::jthread> workers;
    workers.reserve(4);
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([&] {
        for (int k = 0; k < 250'000; ++k) progress.advance();
      });
    }
  });
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  const auto most = static_cast<std::size_t>(passed.count() * 10) + 2;  // the first and the last
  EXPECT_LE(states_of(text).size(), most);
  EXPECT_THAT(states_of(text).back(), StartsWith("Counting  1000000/1000000 [="));
}

TEST(ProgressTest, IsSilentWhereStderrIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    const StderrTo to(ends[1]);
    Progress progress("Loading", 2);
    progress.advance(2);
  }
  close(ends[1]);
  EXPECT_EQ(read_all(ends[0]), "");
  close(ends[0]);
}

}  // namespace
}  // namespace domino
