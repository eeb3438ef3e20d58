// The program `domino`: what a model saved by Keras does with its masks, and what it computes.

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "domino/cli/commands.h"

namespace domino::cli {
namespace {

/// Some messages, of oneDNN or of a library, have several lines.
std::string in_one_line(const std::string& text) {
  std::string line;
  bool space = false;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      space = !line.empty();
    } else if (!space || c != ' ') {
      if (space) line += ' ';
      space = false;
      line += c;
    }
  }
  return line;
}

void complain(const std::string& text) { std::cerr << "domino: " << in_one_line(text) << '\n'; }

/// Help is no error to CLI11's caller, and everything else is wrong usage.
int refuse(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    program.exit(error);
    return kDone;
  }
  const auto chosen = program.get_subcommands();
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  complain(std::string(error.what()) + "; see domino" + command + " --help");
  return kWrongUsage;
}

/// CLI11 would only say that there is no command.
void check_command(CLI::App& program, int count, char** words) {
  if (count < 2 || words[1][0] == '-') return;
  const auto is_named = [&](const CLI::App* each) { return each->get_name() == words[1]; };
  if (!program.get_subcommands(is_named).empty()) return;
  throw CLI::ParseError("there is no command '" + std::string(words[1]) + "'",
                        CLI::ExitCodes::ExtrasError);
}

int run(int count, char** words) {
  CLI::App program(
      "Runs models saved by Keras 3, and shows where their padding masks go.\n"
      "\n"
      "Exits with 0 if all went well, 1 for an error or a difference found, 2 for a command line "
      "that "
      "is not understood.",
      "domino");
  program.require_subcommand(1);
  program.set_version_flag("--version", DOMINO_VERSION);
  add_summary(program);
  add_masks(program);
  add_plot(program);
  add_predict(program);
  add_verify(program);
  add_bench(program);
  try {
    check_command(program, count, words);
    program.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return refuse(program, error);
  }
  return kDone;
}

}  // namespace
}  // namespace domino::cli

int main(int count, char** words) {
  try {
    return domino::cli::run(count, words);
  } catch (const std::exception& error) {
    domino::cli::complain(error.what());
    return domino::cli::kFailed;
  }
}
