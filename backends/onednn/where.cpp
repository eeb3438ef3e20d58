#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/where.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "domino/backends/onednn/broadcast.h"
#include "domino/backends/onednn/rows.h"

// Plain loops, which the compiler turns into vectors of each target.
HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

template <class T, bool kFlagSteps, bool kLeftSteps, bool kRightSteps>
void choose_by(const bool* flags, const T* a, const T* b, T* HWY_RESTRICT to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const T left = a[kLeftSteps ? i : 0];
    const T right = b[kRightSteps ? i : 0];
    to[i] = flags[kFlagSteps ? i : 0] ? left : right;
  }
}

template <class T>
using Choose = void (*)(const bool*, const T*, const T*, T*, std::int64_t);

template <class T>
Choose<T> choose_kernel(bool flag_steps, bool left_steps, bool right_steps) {
  static constexpr Choose<T> kAll[2][2][2] = {
      {{choose_by<T, false, false, false>, choose_by<T, false, false, true>},
       {choose_by<T, false, true, false>, choose_by<T, false, true, true>}},
      {{choose_by<T, true, false, false>, choose_by<T, true, false, true>},
       {choose_by<T, true, true, false>, choose_by<T, true, true, true>}}};
  return kAll[flag_steps][left_steps][right_steps];
}

Choose<float> choose_float(bool flag_steps, bool left_steps, bool right_steps) {
  return choose_kernel<float>(flag_steps, left_steps, right_steps);
}
Choose<std::int32_t> choose_int32(bool flag_steps, bool left_steps, bool right_steps) {
  return choose_kernel<std::int32_t>(flag_steps, left_steps, right_steps);
}
Choose<std::int64_t> choose_int64(bool flag_steps, bool left_steps, bool right_steps) {
  return choose_kernel<std::int64_t>(flag_steps, left_steps, right_steps);
}
Choose<bool> choose_bool(bool flag_steps, bool left_steps, bool right_steps) {
  return choose_kernel<bool>(flag_steps, left_steps, right_steps);
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(choose_float);
HWY_EXPORT(choose_int32);
HWY_EXPORT(choose_int64);
HWY_EXPORT(choose_bool);

template <class T, class Select>
void choose(op::Inputs inputs, Tensor& output, Select select) {
  const Broadcast<3> broadcast(output.shape(),
                               {inputs[0].shape(), inputs[1].shape(), inputs[2].shape()});
  const auto steps = broadcast.steps();
  const auto kernel = select(steps[0] != 0, steps[1] != 0, steps[2] != 0);
  const bool* flags = numbers<bool>(inputs[0]);
  const T* a = numbers<T>(inputs[1]);
  const T* b = numbers<T>(inputs[2]);
  T* to = output.mutable_data<T>().data();
  broadcast.each_run([&](std::int64_t begin, const auto& from, std::int64_t count) {
    kernel(flags + from[0], a + from[1], b + from[2], to + begin, count);
  });
}

void where(const op::Where&, op::Inputs inputs, op::Outputs outputs) {
  switch (outputs[0].dtype()) {
    case DType::Float32:
      return choose<float>(inputs, outputs[0], HWY_DYNAMIC_DISPATCH(choose_float));
    case DType::Int32:
      return choose<std::int32_t>(inputs, outputs[0], HWY_DYNAMIC_DISPATCH(choose_int32));
    case DType::Int64:
      return choose<std::int64_t>(inputs, outputs[0], HWY_DYNAMIC_DISPATCH(choose_int64));
    default:
      return choose<bool>(inputs, outputs[0], HWY_DYNAMIC_DISPATCH(choose_bool));
  }
}

bool accepts_where(const op::Where&, op::Inputs inputs) {
  const DType dtype = inputs[1].dtype();
  return dtype == DType::Float32 || dtype == DType::Int32 || dtype == DType::Int64 ||
         dtype == DType::Bool;
}

}  // namespace

void add_where(KernelTable& table) { table.add<op::Where>(kOwner, where, accepts_where); }

}  // namespace domino::onednn
#endif
