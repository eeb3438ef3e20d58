#include "tests/cli/cli_test.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "domino/graph/naming.h"
#include "tests/layers/parity_file.h"

namespace domino::testing {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Ended run_in(const std::filesystem::path& folder, const std::vector<std::string>& words) {
  const std::string out = folder / ".out";
  const std::string err = folder / ".err";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(error, 0) << "cannot run " << words[0];
  int status = -1;
  if (error == 0) waitpid(process, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(out), contents(err)};
}

namespace {

// Commands run in other folders.
const std::filesystem::path kModels =
    std::filesystem::absolute(std::filesystem::path(DOMINO_TESTS_DIR) / "parity/data/files");
const std::string kProgram = std::filesystem::absolute(DOMINO_PROGRAM);

const nlohmann::json& find_named(const nlohmann::json& list, const char* key,
                                 const std::string& name) {
  return *std::ranges::find_if(list, [&](const auto& each) { return each[key] == name; });
}

const ParityFile& recorded_files() {
  static const ParityFile file("files");
  return file;
}

}  // namespace

CliTest::CliTest() {
  for (const auto& entry : std::filesystem::directory_iterator(kModels)) {
    std::filesystem::create_symlink(entry.path(), in_folder(entry.path().filename().string()));
  }
}

Ended CliTest::domino(std::vector<std::string> words) const {
  words.insert(words.begin(), kProgram);
  return run_in(folder(), words);
}

std::string CliTest::output_of(const std::vector<std::string>& words) const {
  const Ended ended = domino(words);
  EXPECT_EQ(ended.status, 0) << ended.err;
  return ended.out;
}

std::string CliTest::complaint_of(const std::vector<std::string>& words, int status) const {
  Ended ended = domino(words);
  EXPECT_EQ(ended.status, status);
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  if (!ended.err.empty()) ended.err.pop_back();
  return ended.err;
}

NamedTensors CliTest::recorded_inputs(const std::string& model, const std::string& batch) const {
  const auto& recorded = find_named(recorded_files().index()["models"], "file", model);
  const auto& names = find_named(recorded["cases"], "name", batch)["inputs"];
  NamedTensors tensors;
  for (std::size_t i = 0; i < names.size(); ++i) {
    tensors.push_back({recorded["inputs"][i], recorded_files().tensor(names[i])});
  }
  return tensors;
}

NamedTensors CliTest::recorded_outputs(const std::string& model, const std::string& batch) const {
  const auto& recorded = find_named(recorded_files().index()["models"], "file", model);
  const auto& outputs = find_named(recorded["cases"], "name", batch)["outputs"];
  NamedTensors tensors;
  UniqueNames names;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string name = names.next(recorded["outputs"][i]);
    tensors.push_back({name, recorded_files().tensor(outputs[i]["values"])});
    if (const OptionalMask mask = recorded_files().mask(outputs[i]["mask"])) {
      tensors.push_back({name + ".mask", mask->tensor()});
    }
  }
  return tensors;
}

void CliTest::write_recorded(const std::string& model, const std::string& batch) const {
  write_safetensors(in_folder("inputs.safetensors"), recorded_inputs(model, batch));
  write_safetensors(in_folder("expected.safetensors"), recorded_outputs(model, batch));
}

}  // namespace domino::testing
