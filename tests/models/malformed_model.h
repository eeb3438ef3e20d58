#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "domino/core/error.h"
#include "domino/io/keras_archive_internal.h"
#include "domino/io/keras_archive_writer_internal.h"
#include "domino/io/load_model.h"
#include "tests/io/temporary_folder.h"
#include "tests/quiet.h"

namespace domino::testing {

/// Makes files of a model of Keras that are wrong in one place, and opens them.
class MalformedModelTest : public FolderTest {
 protected:
  explicit MalformedModelTest(const std::string& model = "functional.keras")
      : path_(in_folder("model.keras")) {
    const KerasArchive archive(std::filesystem::path(DOMINO_TESTS_DIR) / "parity/data/files" /
                               model);
    for (const ZipMember& member : archive.members()) {
      members_[member.name] = archive.text(member.name, UINT64_MAX);
    }
  }

  /// What `load_model` says of an archive with these members; empty if it opens it.
  std::string error_for(const std::map<std::string, std::string>& members) const {
    KerasArchiveWriter writer(path_);
    for (const auto& [name, bytes] : members) writer.add_text(name, bytes);
    writer.commit();
    return error_of(path_);
  }
  std::string error_with(const std::string& member, const std::string& bytes) const {
    auto members = members_;
    members[member] = bytes;
    return error_for(members);
  }
  /// The same configuration with one part replaced.
  std::string error_with_config(const std::string& part, const std::string& by) const {
    std::string config = members_.at("config.json");
    const auto at = config.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return error_with("config.json", config.replace(at, part.size(), by));
  }

  static std::string error_of(const std::filesystem::path& path) {
    try {
      load_model(path);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

  const std::filesystem::path path_;
  std::map<std::string, std::string> members_;

 private:
  const Quiet quiet_;
};

}  // namespace domino::testing
