#include "domino/backends/onednn/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domino/backends/onednn/rnn_cells.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <hwy/cache_control.h>

#include "domino/backends/onednn/elementwise.h"
#include "domino/backends/onednn/rnn_cells.h"
#include "domino/backends/onednn/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace domino::onednn::HWY_NAMESPACE {
namespace {

/// How a pass lays out its weights: panels of `kBlocks` vectors of units, each with `kGates` gates,
/// of which the first is number `kFirst` of the recurrent kernel.
template <CellPass kPass>
struct Panel {
  static constexpr int kGates = kPass == CellPass::LSTM       ? 4
                                : kPass == CellPass::GRU      ? 3
                                : kPass == CellPass::GRUGates ? 2
                                                              : 1;
  static constexpr int kBlocks = kGates == 1 ? 4 : kGates == 2 ? 2 : 1;
  static constexpr int kFirst = kPass == CellPass::GRUCandidate ? 2 : 0;
  static constexpr int kVectors = kGates * kBlocks;
  static constexpr std::int64_t kUnits = kBlocks * kLanes;
};

/// Sums of one row in one panel.
template <int kVectors>
struct Sums {
  HWY_ALIGN float numbers[kVectors][kLanes];
};

/// sums[r] = h of row r, or what its reset gate leaves of it, times the panel's weights.
template <int kVectors, int kRows>
void multiply(const float* HWY_RESTRICT weights, std::int64_t depth, const CellRow* rows,
              bool reset, Sums<kVectors>* HWY_RESTRICT sums) {
  V sum[kRows][kVectors];
  const float* h[kRows];
  for (int r = 0; r < kRows; ++r) {
    h[r] = reset ? rows[r].reset : rows[r].h;
    for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Zero(D());
  }
  for (std::int64_t k = 0; k < depth; ++k, weights += kVectors * kLanes) {
    DOMINO_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const V weight = hn::Load(D(), weights + v * kLanes);
      DOMINO_UNROLL
      for (int r = 0; r < kRows; ++r) {
        sum[r][v] = hn::MulAdd(hn::Set(D(), h[r][k]), weight, sum[r][v]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[r][v], D(), sums[r].numbers[v]);
  }
}

/// Any activation, by its own kernel; the usual ones do not come here.
V activate_slowly(op::UnaryKind kind, V x) {
  HWY_ALIGN float numbers[kLanes];
  hn::Store(x, D(), numbers);
  unary_range(kind, numbers, numbers, kLanes);
  return hn::Load(D(), numbers);
}

enum class Part : std::uint8_t { Gate, Squash };

/// How activations are computed: `begin` turns what goes into several of them into something of which the
/// others make their results.
struct AnyActivations {
  const Cell& cell;
  template <Part... kParts>
  void begin(V (&x)[sizeof...(kParts)]) const {
    constexpr Part kAll[] = {kParts...};
    for (std::size_t i = 0; i < sizeof...(kParts); ++i) {
      const bool is_gate = kAll[i] == Part::Gate;
      x[i] = activate_slowly(is_gate ? cell.recurrent_activation : cell.activation, x[i]);
    }
  }
  V gate(V y) const { return y; }
  V squashed(V y) const { return y; }
  V product(V gate, V squashed) const { return hn::Mul(gate, squashed); }
};

/// sigmoid(x) and tanh(x), by e^-x - 1 and e^2x - 1. A product needs one division for both.
struct UsualActivations {
  const Cell& cell;
  template <Part... kParts>
  HWY_INLINE void begin(V (&x)[sizeof...(kParts)]) const {
    constexpr Part kAll[] = {kParts...};
    DOMINO_UNROLL
    for (std::size_t i = 0; i < sizeof...(kParts); ++i) {
      x[i] = kAll[i] == Part::Gate ? hn::Neg(x[i]) : hn::Add(x[i], x[i]);
    }
    expm1_cut(x);
  }
  HWY_INLINE V gate(V y) const { return quotient(constant(1.0f), below(y)); }
  HWY_INLINE V squashed(V y) const { return quotient(y, below(y)); }
  HWY_INLINE V product(V gate, V squashed) const {
    return quotient(squashed, hn::Mul(below(squashed), below(gate)));
  }

 private:
  static HWY_INLINE V below(V y) { return hn::Add(y, constant(2.0f)); }
};

/// One vector of units of one row: `first` is the first unit, `count` how many there are from it on.
template <CellPass kPass>
struct Units {
  const Cell& cell;
  const CellRow& row;
  const float (*sums)[kLanes];  // one per gate
  std::int64_t first;
  std::int64_t count;

  V from_h(int gate) const { return hn::Load(D(), sums[gate]); }
  V from_x(int gate) const {
    const int number = Panel<kPass>::kFirst + gate;
    return load_some(row.input + number * cell.units + first, count);
  }
  V both(int gate) const { return hn::Add(from_x(gate), from_h(gate)); }
  V load(const float* numbers) const { return load_some(numbers + first, count); }
  void store(V v, float* numbers) const { store_some(v, numbers + first, count); }
};

template <class A>
HWY_INLINE void finish(const Units<CellPass::SimpleRNN>& units, const A& a) {
  V h[] = {units.both(0)};
  a.template begin<Part::Squash>(h);
  units.store(a.squashed(h[0]), units.row.next_h);
}

template <class A>
HWY_INLINE void finish(const Units<CellPass::LSTM>& units, const A& a) {
  V x[] = {units.both(1), units.both(0), units.both(2), units.both(3)};
  a.template begin<Part::Gate, Part::Gate, Part::Squash, Part::Gate>(x);
  V c[] = {hn::MulAdd(a.gate(x[0]), units.load(units.row.c), a.product(x[1], x[2]))};
  units.store(c[0], units.row.c);
  a.template begin<Part::Squash>(c);
  units.store(a.product(x[3], c[0]), units.row.next_h);
}

template <class A>
HWY_INLINE void finish(const Units<CellPass::GRU>& units, const A& a) {
  V x[] = {units.both(0), units.both(1)};
  a.template begin<Part::Gate, Part::Gate>(x);
  V inner = units.from_h(2);
  if (units.cell.candidate_bias != nullptr) {
    inner = hn::Add(inner, units.load(units.cell.candidate_bias));
  }
  V h[] = {hn::MulAdd(a.gate(x[1]), inner, units.from_x(2))};
  a.template begin<Part::Squash>(h);
  const V candidate = a.squashed(h[0]);
  const V change = hn::Sub(units.load(units.row.h), candidate);
  units.store(hn::MulAdd(a.gate(x[0]), change, candidate), units.row.next_h);
}

template <class A>
HWY_INLINE void finish(const Units<CellPass::GRUGates>& units, const A& a) {
  V x[] = {units.both(0), units.both(1)};
  a.template begin<Part::Gate, Part::Gate>(x);
  units.store(a.gate(x[0]), units.row.z);
  units.store(hn::Mul(a.gate(x[1]), units.load(units.row.h)), units.row.reset);
}

template <class A>
HWY_INLINE void finish(const Units<CellPass::GRUCandidate>& units, const A& a) {
  V h[] = {units.both(0)};
  a.template begin<Part::Squash>(h);
  const V candidate = a.squashed(h[0]);
  const V change = hn::Sub(units.load(units.row.h), candidate);
  units.store(hn::MulAdd(units.load(units.row.z), change, candidate), units.row.next_h);
}

/// The element-wise part of `count` rows. One loop, so that its constants stay in registers and rows
/// overlap: each is a long chain of operations that wait for one another.
template <CellPass kPass, class Activations>
void finish_rows(const Cell& cell, const CellRow* rows, std::int64_t count,
                 const Sums<Panel<kPass>::kVectors>* sums, std::int64_t panel) {
  using P = Panel<kPass>;
  const Activations activations{cell};
  for (int block = 0; block < P::kBlocks; ++block) {
    const std::int64_t first = panel * P::kUnits + block * kLanes;
    if (first >= cell.units) return;
    for (std::int64_t r = 0; r < count; ++r) {
      const auto gates = sums[r].numbers + block * P::kGates;
      finish(Units<kPass>{cell, rows[r], gates, first, cell.units - first}, activations);
    }
  }
}

/// `count` rows, kRows or fewer, times the panel's weights.
template <CellPass kPass, int kRows>
void multiply_rows(const float* weights, std::int64_t depth, const CellRow* rows,
                   std::int64_t count, Sums<Panel<kPass>::kVectors>* sums) {
  if constexpr (kRows > 1) {
    if (count < kRows) return multiply_rows<kPass, kRows - 1>(weights, depth, rows, count, sums);
  }
  multiply<Panel<kPass>::kVectors, kRows>(weights, depth, rows, kPass == CellPass::GRUCandidate,
                                          sums);
}

/// Asks for what finish_rows will add to the sums: rows of words stand anywhere, some not in a cache.
template <CellPass kPass>
void prefetch_input(const Cell& cell, const CellRow* rows, std::int64_t count, std::int64_t panel) {
  using P = Panel<kPass>;
  const std::int64_t first = P::kFirst * cell.units + panel * P::kUnits;
  for (std::int64_t r = 0; r < count; ++r) {
    for (int gate = 0; gate < P::kGates; ++gate) {
      hwy::Prefetch(rows[r].input + first + gate * cell.units);
    }
  }
}

/// Rows whose sums stay in the smallest cache.
constexpr std::int64_t kRowsAtOnce = 8 * kMostRows;

/// One panel for `count` rows, kRowsAtOnce or fewer.
template <CellPass kPass>
void run_panel(const Cell& cell, bool from_zero, const CellRow* rows, std::int64_t count,
               std::int64_t panel) {
  constexpr int kVectors = Panel<kPass>::kVectors;
  Sums<kVectors> sums[kRowsAtOnce];
  prefetch_input<kPass>(cell, rows, count, panel);
  const std::int64_t size = kVectors * kLanes * cell.units;
  const float* weights = cell.weights->template data<float>().data() + panel * size;
  // Groups of nearly one size: a lonely last row would load all weights for itself.
  const std::int64_t groups = (count + kMostRows - 1) / kMostRows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t first = count * group / groups;
    const std::int64_t last = count * (group + 1) / groups;
    multiply_rows<kPass, kMostRows>(weights, from_zero ? 0 : cell.units, rows + first, last - first,
                                    sums + first);
  }
  const bool usual =
      cell.activation == op::UnaryKind::Tanh && cell.recurrent_activation == op::UnaryKind::Sigmoid;
  usual ? finish_rows<kPass, UsualActivations>(cell, rows, count, sums, panel)
        : finish_rows<kPass, AnyActivations>(cell, rows, count, sums, panel);
}

template <CellPass kPass>
void run_pass(const Cell& cell, bool from_zero, const CellRow* rows, std::int64_t count,
              std::int64_t begin, std::int64_t end) {
  for (std::int64_t first = 0; first < count; first += kRowsAtOnce) {
    const std::int64_t some = std::min(kRowsAtOnce, count - first);
    for (std::int64_t panel = begin; panel < end; ++panel) {
      run_panel<kPass>(cell, from_zero, rows + first, some, panel);
    }
  }
}

void run(const Cell& cell, bool from_zero, const CellRow* rows, std::int64_t count,
         std::int64_t begin, std::int64_t end) {
  switch (cell.pass) {
    case CellPass::SimpleRNN:
      return run_pass<CellPass::SimpleRNN>(cell, from_zero, rows, count, begin, end);
    case CellPass::LSTM:
      return run_pass<CellPass::LSTM>(cell, from_zero, rows, count, begin, end);
    case CellPass::GRU:
      return run_pass<CellPass::GRU>(cell, from_zero, rows, count, begin, end);
    case CellPass::GRUGates:
      return run_pass<CellPass::GRUGates>(cell, from_zero, rows, count, begin, end);
    case CellPass::GRUCandidate:
      return run_pass<CellPass::GRUCandidate>(cell, from_zero, rows, count, begin, end);
  }
}

template <CellPass kPass>
PanelSizes sizes() {
  return {Panel<kPass>::kGates, Panel<kPass>::kBlocks, Panel<kPass>::kFirst, kLanes};
}

PanelSizes panel_sizes(CellPass pass) {
  switch (pass) {
    case CellPass::SimpleRNN:
      return sizes<CellPass::SimpleRNN>();
    case CellPass::LSTM:
      return sizes<CellPass::LSTM>();
    case CellPass::GRU:
      return sizes<CellPass::GRU>();
    case CellPass::GRUGates:
      return sizes<CellPass::GRUGates>();
    default:
      return sizes<CellPass::GRUCandidate>();
  }
}

}  // namespace
}  // namespace domino::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace domino::onednn {
namespace {

HWY_EXPORT(run);
HWY_EXPORT(panel_sizes);

std::int64_t panel_count(std::int64_t units, std::int64_t panel_units) {
  return (units + panel_units - 1) / panel_units;
}

/// Panel by panel, for each h the weights of its vectors; zeros stand for units there are none of.
Tensor reordered(const Tensor& kernel, const PanelSizes& sizes) {
  const std::int64_t units = kernel.size(0);
  const std::int64_t columns = kernel.size(1);
  const std::int64_t panels = panel_count(units, sizes.units());
  Tensor result =
      Tensor::empty({panels, units, sizes.blocks, sizes.gates, sizes.lanes}, DType::Float32);
  const float* from = kernel.data<float>().data();
  float* to = result.mutable_data<float>().data();
  for (std::int64_t i = 0; i < result.elements(); ++i) {
    const std::int64_t lane = i % sizes.lanes;
    const std::int64_t gate = i / sizes.lanes % sizes.gates;
    const std::int64_t block = i / (sizes.lanes * sizes.gates) % sizes.blocks;
    const std::int64_t row = i / (sizes.units() * sizes.gates) % units;
    const std::int64_t panel = i / (sizes.units() * sizes.gates * units);
    const std::int64_t unit = panel * sizes.units() + block * sizes.lanes + lane;
    to[i] = unit < units ? from[row * columns + (sizes.first + gate) * units + unit] : 0.0f;
  }
  return result;
}

}  // namespace

std::shared_ptr<const Tensor> pack_cell(CellPass pass, const Tensor& recurrent_kernel) {
  const auto sizes = HWY_DYNAMIC_DISPATCH(panel_sizes)(pass);
  const std::string key = fmt::format("onednn cell {} of {} on {}", static_cast<int>(pass),
                                      recurrent_kernel.size(0), sizes.lanes);
  const auto made = recurrent_kernel.storage()->attachment(key, [&] {
    return std::static_pointer_cast<void>(
        std::make_shared<Tensor>(reordered(recurrent_kernel, sizes)));
  });
  return std::static_pointer_cast<const Tensor>(made);
}

std::int64_t panels_of(const Cell& cell) { return cell.weights->size(0); }

void run_cell(const Cell& cell, bool from_zero, const CellRow* rows, std::int64_t count,
              std::int64_t begin, std::int64_t end) {
  HWY_DYNAMIC_DISPATCH(run)(cell, from_zero, rows, count, begin, end);
}

}  // namespace domino::onednn
#endif
