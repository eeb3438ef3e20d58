#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domino/io/safetensors.h"
#include "tests/io/temporary_folder.h"

namespace domino::testing {

/// How a program ended, and what it wrote.
struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs `words` as a command, found as in a shell, in a folder; nothing is read from its terminal.
Ended run_in(const std::filesystem::path& folder, const std::vector<std::string>& words);

/// A test in a folder of its own, where the models of tests/parity/data/files lie.
class CliTest : public FolderTest {
 protected:
  CliTest();

  /// Runs `domino` with these words.
  Ended domino(std::vector<std::string> words) const;
  /// Runs it and says what is on stdout; the test fails if it does not end with 0.
  std::string output_of(const std::vector<std::string>& words) const;
  /// The one line on stderr, without its end; the test fails if there are more, or if it does not end
  /// with `status`.
  std::string complaint_of(const std::vector<std::string>& words, int status = 1) const;

  /// What Keras recorded for a model and a batch, under the names that the program uses.
  NamedTensors recorded_inputs(const std::string& model, const std::string& batch) const;
  NamedTensors recorded_outputs(const std::string& model, const std::string& batch) const;
  /// Writes both to the folder, as inputs.safetensors and expected.safetensors.
  void write_recorded(const std::string& model, const std::string& batch) const;
};

}  // namespace domino::testing
