#include "domino/layers/rnn/simple_rnn.h"

#include "domino/layers/options.h"

namespace domino::layers {

void SimpleRNNOptions::fields(Fields& f) { detail::recurrent_fields(f, *this); }

SimpleRNN::SimpleRNN(SimpleRNNOptions options)
    : RecurrentLayer(op::CellKind::SimpleRNN, std::move(options)) {}

SimpleRNN::SimpleRNN(int units, SimpleRNNOptions options)
    : SimpleRNN(with(&SimpleRNNOptions::units, units, std::move(options))) {}

}  // namespace domino::layers
