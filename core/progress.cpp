#include "domino/core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace domino {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

std::string bar(double share) {
  constexpr std::size_t kWidth = 24;
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kWidth);
  std::string text(kWidth, '.');
  text.replace(0, full, full, '=');
  if (full < kWidth) text[full] = '>';
  return text;
}

std::string duration(double seconds) {
  const std::int64_t whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string rate_text(double rate) {
  return rate < 100 ? fmt::format("{:.1f}/s", rate) : fmt::format("{:.0f}/s", rate);
}

std::string line(const std::string& what, std::int64_t done, std::int64_t total, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string text = fmt::format("{}  {}", what, done);
  if (total > 0) {
    const double share = static_cast<double>(done) / static_cast<double>(total);
    text += fmt::format("/{} [{}]", total, bar(share));
  }
  if (rate > 0) text += "  " + rate_text(rate);
  if (rate > 0 && done < total) {
    text += fmt::format("  {} left", duration(static_cast<double>(total - done) / rate));
  } else {
    text += "  " + duration(seconds);
  }
  return text;
}

/// Writes at once, so that the line cannot mix with what others write to stderr.
void write_line(const std::string& text, const char* end) {
  const std::string all = fmt::format("\r{}\x1b[K{}", text, end);  // ESC [ K clears the rest
  std::fwrite(all.data(), 1, all.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Progress::Progress(std::string what, std::int64_t total)
    : what_(std::move(what)), total_(total), shown_(isatty(STDERR_FILENO) == 1) {
  if (shown_) draw(start_, "");
}

Progress::~Progress() {
  if (shown_) draw(Clock::now(), "\n");
}

void Progress::advance(std::int64_t items) {
  done_ += items;
  if (!shown_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  const auto now = Clock::now();
  if (!lock || now - drawn_ < kPause) return;  // another thread draws, or it was drawn just now
  drawn_ = now;
  draw(now, "");
}

void Progress::draw(Clock::time_point now, const char* end) const {
  const std::chrono::duration<double> passed = now - start_;
  write_line(line(what_, done_, total_, passed.count()), end);
}

}  // namespace domino
