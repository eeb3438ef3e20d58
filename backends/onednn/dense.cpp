#include "domino/backends/execution.h"
#include "domino/backends/onednn/row_product.h"
#include "domino/backends/onednn/rows.h"

namespace domino::onednn {
namespace {

void dense(const op::Dense& op, op::Inputs inputs, op::Outputs outputs) {
  const Tensor& kernel = inputs[1];
  const Tensor bias = optional_input(inputs, 2);
  row_product(numbers<float>(inputs[0]), inputs[0].elements() / kernel.size(0), kernel,
              numbers<float>(bias), op.activation, outputs[0].mutable_data<float>().data(),
              execution().strict);
}

bool accepts_dense(const op::Dense& op, op::Inputs inputs) {
  // These two give bool as ops and have no meaning here.
  const bool gives_float =
      op.activation != op::UnaryKind::LogicalNot && op.activation != op::UnaryKind::IsNan;
  return gives_float && all_float32(inputs) && inputs[1].elements() > 0;
}

}  // namespace

void add_dense(KernelTable& table) { table.add<op::Dense>(kOwner, dense, accepts_dense); }

}  // namespace domino::onednn
