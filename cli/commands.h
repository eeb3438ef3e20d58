#pragma once

#include <CLI/CLI.hpp>

namespace domino::cli {

// The exit status of the program.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  ///< one line on stderr says why
inline constexpr int kWrongUsage =
    2;  ///< so does one line, of a command line that is not understood

// Each adds its command to the program. The command runs when the command line has been read, and
// throws what the library throws; what it throws is the one line that it ends with.
void add_bench(CLI::App& program);
void add_masks(CLI::App& program);
void add_plot(CLI::App& program);
void add_predict(CLI::App& program);
void add_summary(CLI::App& program);
void add_verify(CLI::App& program);

}  // namespace domino::cli
