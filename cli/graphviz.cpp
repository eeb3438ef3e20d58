#include "domino/cli/graphviz.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

#include "domino/core/check.h"
#include "domino/io/new_file_internal.h"

namespace domino::cli {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string reason(int error) { return std::error_code(error, std::generic_category()).message(); }

/// A file without a name: a pipe would have to be fed and read at once.
File scratch_file(const std::string& text) {
  File file(std::tmpfile(), &std::fclose);
  check<IoError>(file != nullptr, "cannot write a temporary file: {}", reason(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                       std::fflush(file.get()) == 0;
  check<IoError>(written, "cannot write a temporary file: {}", reason(errno));
  std::rewind(file.get());
  return file;
}

std::string text_of(std::FILE* file) {
  std::string text(1000, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  return text;
}

/// Runs a program, without a shell; returns how it ended, as waitpid does.
int run(std::vector<std::string> words, std::FILE* in, std::FILE* err) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(in), 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(err), 2);
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  check<IoError>(error != ENOENT,
                 "there is no program '{}' to draw with; install Graphviz (Debian: graphviz), or "
                 "write a .dot file",
                 words[0]);
  check<IoError>(error == 0, "cannot run '{}': {}", words[0], reason(error));
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

void draw(const std::string& graph, const std::string& format, const std::filesystem::path& file) {
  NewFile picture(file);
  const File in = scratch_file(graph);
  const File err = scratch_file("");
  const int status = run({"dot", "-T" + format, "-o", picture.beside()}, in.get(), err.get());
  check<IoError>(status == 0, "'dot' could not draw '{}': {}", file.string(), text_of(err.get()));
  picture.commit();
}

}  // namespace domino::cli
