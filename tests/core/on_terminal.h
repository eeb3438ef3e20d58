#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

namespace domino {

/// Puts `fd` in the place of stderr.
class StderrTo {
 public:
  explicit StderrTo(int fd) : before_(dup(STDERR_FILENO)) { dup2(fd, STDERR_FILENO); }
  ~StderrTo() {
    dup2(before_, STDERR_FILENO);
    close(before_);
  }
  StderrTo(const StderrTo&) = delete;
  StderrTo& operator=(const StderrTo&) = delete;

 private:
  int before_;
};

inline std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

/// Tests of what a terminal shows; skipped where none can be made.
class OnTerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0) GTEST_SKIP() << "no pseudo-terminals here; is /dev/pts mounted?";
    close(master);
  }
};

/// What `work` writes to stderr when that is a terminal.
template <class F>
std::string on_terminal(F work) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(master);
  unlockpt(master);
  const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
  std::string text;
  std::jthread reader([&] { text = read_all(master); });
  {
    const StderrTo to(terminal);
    work();
  }
  close(terminal);  // ends the reader
  reader.join();
  close(master);
  return text;
}

}  // namespace domino
