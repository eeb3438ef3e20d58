#include "domino/cli/run_options.h"

#include <algorithm>
#include <string>
#include <vector>

#include "domino/backends/backend.h"

namespace domino::cli {
namespace {

std::vector<std::string> names_of_products() {
  std::vector<std::string> names;
  for (const Products each : kAllProducts) names.emplace_back(name_of(each));
  return names;
}

Products products_of_name(const std::string& name) {
  return *std::ranges::find_if(kAllProducts, [&](Products each) { return name_of(each) == name; });
}

/// What is wrong with the name of a device, if anything.
std::string trouble_with_device(const std::string& name) {
  const bool is_cuda = name == "cuda" || name.starts_with("cuda:");
  if (is_cuda || name == "cpu" || name == "reference") return "";
  return fmt::format("'{}' is none of cpu, reference, cuda, cuda:N", name);
}

}  // namespace

void RunOptions::add_device_to(CLI::App& command) {
  command
      .add_option("--device", device,
                  "cpu; reference: plain loops, slow; cuda or cuda:N: a GPU, if it is compiled in")
      ->check(trouble_with_device)
      ->capture_default_str();
  command
      .add_option("--products", products,
                  "In which type cuda multiplies matrices; the others are less exact")
      ->check(CLI::IsMember(names_of_products()))
      ->capture_default_str();
  command.add_flag("--cudnn", cudnn,
                   "Recurrences by cuDNN where it has them: if it is compiled in");
}

void RunOptions::add_batch_size_to(CLI::App& command) {
  command.add_option("--batch-size", batch_size, "Rows computed together")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void RunOptions::add_threads_to(CLI::App& command) {
  command.add_option("--threads", threads, "0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void RunOptions::check_device() const {
  backend(device).check_execution({.products = products_of_name(products), .cudnn = cudnn});
}

Tensors RunOptions::predict(const Model& model, const Tensors& inputs) const {
  const std::int64_t rows = inputs.front().rank() > 0 ? inputs.front().size(0) : 1;
  return model.predict(inputs,
                       {.batch_size = batch_size > 0 ? batch_size : std::max<std::int64_t>(rows, 1),
                        .device = device,
                        .threads = threads,
                        .progress = progress,
                        .keep_masks = true,
                        .products = products_of_name(products),
                        .cudnn = cudnn});
}

}  // namespace domino::cli
