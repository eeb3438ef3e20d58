#include "domino/layers/rnn/simple_rnn.h"

#include "domino/layers/options.h"

namespace domino::layers {

void SimpleRNNCellOptions::fields(Fields& f) { detail::cell_fields(f, *this); }

SimpleRNNCell::SimpleRNNCell(SimpleRNNCellOptions options) : BuiltInCell(std::move(options)) {}

SimpleRNNCell::SimpleRNNCell(int units, SimpleRNNCellOptions options)
    : SimpleRNNCell(with(&SimpleRNNCellOptions::units, units, std::move(options))) {}

void SimpleRNNOptions::fields(Fields& f) {
  detail::cell_fields(f, *this);
  detail::loop_fields(f, *this);
}

SimpleRNN::SimpleRNN(SimpleRNNOptions options) : LayerOfCell(std::move(options)) {}

SimpleRNN::SimpleRNN(int units, SimpleRNNOptions options)
    : SimpleRNN(with(&SimpleRNNOptions::units, units, std::move(options))) {}

}  // namespace domino::layers
