#include "domino/backends/cuda/kernel.h"
#include "domino/backends/cuda/kernels.h"
#include "domino/backends/cuda/numbers.h"
#include "domino/backends/reference/convert.h"

namespace domino::cuda {
namespace {

template <class From, class To>
struct Convert {
  const From* x;
  To* y;
  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const { y[i] = reference::convert<To>(x[i]); }
};

template <class T>
struct Count {
  double start;
  double step;
  T* y;
  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const {
    y[i] = reference::convert<T>(start + static_cast<double>(i) * step);
  }
};

template <class T>
struct Fill {
  T number;
  T* y;
  DOMINO_HOST_DEVICE void operator()(std::int64_t i) const { y[i] = number; }
};

}  // namespace

void cast(const op::Cast&, op::Inputs inputs, op::Outputs outputs) {
  visit_number(inputs[0].dtype(), [&]<class From>(TypeTag<From>) {
    visit_number(outputs[0].dtype(), [&]<class To>(TypeTag<To>) {
      for_each_index(inputs[0].elements(),
                     Convert<From, To>{numbers<From>(inputs[0]), written<To>(outputs[0])});
    });
  });
}

void full(const op::Full& op, op::Inputs, op::Outputs outputs) {
  visit_number(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    for_each_index(outputs[0].elements(),
                   Fill<T>{reference::convert<T>(op.value), written<T>(outputs[0])});
  });
}

void arange(const op::Arange& op, op::Inputs, op::Outputs outputs) {
  visit_number(outputs[0].dtype(), [&]<class T>(TypeTag<T>) {
    for_each_index(op.count, Count<T>{op.start, op.step, written<T>(outputs[0])});
  });
}

}  // namespace domino::cuda
