#include <algorithm>

#include "domino/backends/reference/convert.h"
#include "domino/backends/reference/kernels.h"

namespace domino::reference {

void cast(const op::Cast&, op::Inputs inputs, op::Outputs outputs) {
  visit_number(inputs[0].dtype(), [&]<class From>(TypeTag<From>) {
    visit_number(outputs[0].dtype(), [&]<class To>(TypeTag<To>) {
      const auto from = inputs[0].data<From>();
      std::transform(from.begin(), from.end(), outputs[0].mutable_data<To>().begin(),
                     [](From number) { return convert<To>(number); });
    });
  });
}

void full(const op::Full& op, op::Inputs, op::Outputs outputs) {
  visit_number(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    std::ranges::fill(outputs[0].mutable_data<T>(), convert<T>(op.value));
  });
}

void arange(const op::Arange& op, op::Inputs, op::Outputs outputs) {
  visit_number(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    std::int64_t i = 0;
    for (T& number : outputs[0].mutable_data<T>()) {
      number = convert<T>(op.start + static_cast<double>(i++) * op.step);
    }
  });
}

}  // namespace domino::reference
