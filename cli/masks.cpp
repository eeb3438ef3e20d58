#include <iostream>
#include <memory>

#include "domino/cli/commands.h"
#include "domino/cli/mask_json.h"
#include "domino/cli/model_argument.h"
#include "domino/cli/tensor_files.h"
#include "domino/core/check.h"
#include "domino/graph/count_work.h"
#include "domino/graph/report.h"
#include "domino/graph/warnings.h"

namespace domino::cli {
namespace {

struct MasksOptions {
  ModelArgument model;
  MaskedInputs masked;
  std::filesystem::path inputs;
  bool json = false;
  std::string fail_on;
};

/// Warnings of lost masks say what the report says; the others are for stderr.
class OtherWarnings {
 public:
  OtherWarnings() {
    set_warning_sink([this](const std::string& text) { heard_.push_back(text); });
  }
  ~OtherWarnings() { set_warning_sink({}); }
  OtherWarnings(const OtherWarnings&) = delete;
  OtherWarnings& operator=(const OtherWarnings&) = delete;

  void repeat_without(const std::string& report) {
    set_warning_sink({});
    for (const std::string& text : heard_) {
      if (report.find(text) == std::string::npos) warn(text);
    }
  }

 private:
  std::vector<std::string> heard_;
};

/// The lost masks, those in nested models included.
std::vector<std::string> losses_in(const Model& model, const std::vector<bool>& masked) {
  std::vector<std::string> losses;
  for (const MaskFact* loss : lost_masks(model.dag(), model.plan(masked))) {
    losses.push_back(describe_loss(model.dag(), model.plan(masked), *loss));
  }
  for (const NestedModel& nested : nested_models(model, masked)) {
    for (std::string& loss : losses_in(nested.model, nested.masked)) {
      losses.push_back(std::move(loss));
    }
  }
  return losses;
}

/// Where no mask is, the inputs may be what brings one.
std::string hint_at_masked(const Model& model, const std::vector<bool>& masked) {
  if (!model.plan(masked).masks.empty()) return "";
  return fmt::format("If an input will bring a mask of its own, say so with --masked NAME: {}\n",
                     fmt::join(model.input_names(), ", "));
}

/// What each call computes for these inputs, a line each: the steps, and the arithmetic.
std::string work_table(const std::vector<CallWork>& work) {
  std::string text = "Computed for these inputs:\n";
  double all = 0;
  for (const CallWork& call : work) {
    text += fmt::format("  {}: {} steps, {:.3g} MFLOP\n", call.dag->layer(call.vertex).title(),
                        call.rows, call.flops / 1e6);
    all += call.flops;
  }
  return text + fmt::format("  together {:.3g} MFLOP\n", all / 1e6);
}

void run(const MasksOptions& options) {
  OtherWarnings warnings;
  const Model model = options.model.load();
  const Tensors inputs = options.inputs.empty() ? Tensors() : read_inputs(options.inputs, model);
  std::vector<bool> masked = options.masked.flags(model);
  for (std::size_t i = 0; i < inputs.size(); ++i) masked[i] = masked[i] || inputs[i].mask();
  const std::string report = model.report(masked);
  warnings.repeat_without(report);
  const auto work = inputs.empty() ? std::vector<CallWork>() : count_work(model, inputs);
  std::cout << (options.json ? masks_as_json(model, masked, work).dump(2) + '\n'
                             : report + hint_at_masked(model, masked));
  if (!inputs.empty() && !options.json) std::cout << work_table(work);
  if (options.fail_on.empty()) return;
  const std::vector<std::string> losses = losses_in(model, masked);
  check<ValueError>(losses.empty(), "{}: {} lost: {}", options.model.file.string(),
                    losses.size() == 1 ? "a mask is" : fmt::format("{} masks are", losses.size()),
                    fmt::join(losses, "; "));
}

}  // namespace

void add_masks(CLI::App& program) {
  const auto options = std::make_shared<MasksOptions>();
  CLI::App* command = program.add_subcommand(
      "masks", "Shows who makes, uses, changes, ignores and loses each mask, and who misses it");
  options->model.add_to(*command);
  options->masked.add_to(*command);
  command->add_option(
      "--inputs", options->inputs,
      "Inputs as for `domino predict`: shows how many steps each call computes for them");
  command->add_flag("--json", options->json,
                    "The facts of every edge as JSON; docs/masks.schema.json describes it");
  command
      ->add_option("--fail-on", options->fail_on,
                   "lost: exit with 1 if some layer that would have used a mask runs without it")
      ->check(CLI::IsMember({"lost"}));
  command->footer(
      "Examples:\n"
      "  domino masks model.keras\n"
      "  domino masks model.keras --rules intended\n"
      "  domino masks model.keras --masked features --json\n"
      "  domino masks model.keras --inputs in.safetensors\n"
      "  domino masks model.keras --fail-on lost        # in a test of your project");
  command->callback([options] { run(*options); });
}

}  // namespace domino::cli
