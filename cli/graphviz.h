#pragma once

#include <filesystem>
#include <string>

namespace domino::cli {

/// Has Graphviz' `dot` draw a graph into a file; `format` is one that it knows, "svg" or "png".
///
/// The file appears when it is whole. Throws IoError if there is no such program, or with what it says.
void draw(const std::string& graph, const std::string& format, const std::filesystem::path& file);

}  // namespace domino::cli
