// How long load_model takes, and by how much memory grows: one line of JSON for load_model.py.

#include "domino/io/load_model.h"

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

namespace {

/// A line of /proc/self/status, in bytes.
double status(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return 1024.0 * std::stod(line.substr(key.size()));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: domino_bench_load MODEL\n");
    return 2;
  }
  try {
    const double before = status("VmRSS:");
    const auto start = std::chrono::steady_clock::now();
    const domino::Model model = domino::load_model(argv[1]);
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    std::printf(R"({"load_s": %.6f, "grown_bytes": %.0f})"
                "\n",
                passed.count(), status("VmHWM:") - before);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "domino_bench_load: %s\n", error.what());
    return 1;
  }
}
