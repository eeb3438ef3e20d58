#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "domino/graph/model.h"

namespace domino::cli {

/// How a command computes: --device, --products and --cudnn, --batch-size, --threads.
struct RunOptions {
  std::string device = "cpu";
  std::string products = "float32";
  bool cudnn = false;
  std::int64_t batch_size = 32;  ///< 0: all rows
  int threads = 0;
  bool progress = true;

  void add_device_to(CLI::App& command);
  void add_batch_size_to(CLI::App& command);
  void add_threads_to(CLI::App& command);

  /// Throws DeviceError, saying why, if the device cannot be used or does not have these products or cuDNN.
  void check_device() const;

  /// Outputs with their masks, a bar on stderr.
  Tensors predict(const Model& model, const Tensors& inputs) const;
};

}  // namespace domino::cli
