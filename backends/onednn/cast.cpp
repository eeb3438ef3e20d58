#include "domino/backends/onednn/grain.h"
#include "domino/backends/onednn/rows.h"
#include "domino/backends/reference/convert.h"
#include "domino/core/threads.h"

namespace domino::onednn {
namespace {

bool is_common(DType dtype) {
  return dtype == DType::Float32 || dtype == DType::Int32 || dtype == DType::Int64 ||
         dtype == DType::Bool;
}

template <class F>
void visit_common(DType dtype, F f) {
  switch (dtype) {
    case DType::Float32:
      return f(TypeTag<float>{});
    case DType::Int32:
      return f(TypeTag<std::int32_t>{});
    case DType::Int64:
      return f(TypeTag<std::int64_t>{});
    default:
      return f(TypeTag<bool>{});
  }
}

void cast(const op::Cast&, op::Inputs inputs, op::Outputs outputs) {
  visit_common(inputs[0].dtype(), [&]<class From>(TypeTag<From>) {
    visit_common(outputs[0].dtype(), [&]<class To>(TypeTag<To>) {
      const From* from = numbers<From>(inputs[0]);
      To* to = outputs[0].mutable_data<To>().data();
      parallel_for(inputs[0].elements(), kElementGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) to[i] = reference::convert<To>(from[i]);
      });
    });
  });
}

bool accepts_cast(const op::Cast& op, op::Inputs inputs) {
  return is_common(op.to) && is_common(inputs[0].dtype());
}

}  // namespace

void add_cast(KernelTable& table) { table.add<op::Cast>(kOwner, cast, accepts_cast); }

}  // namespace domino::onednn
