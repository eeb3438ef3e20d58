#include "domino/layers/rnn/lstm.h"

#include "domino/layers/options.h"

namespace domino::layers {

void LSTMOptions::fields(Fields& f) { detail::recurrent_fields(f, *this); }

LSTM::LSTM(LSTMOptions options) : RecurrentLayer(op::CellKind::LSTM, std::move(options)) {}

LSTM::LSTM(int units, LSTMOptions options)
    : LSTM(with(&LSTMOptions::units, units, std::move(options))) {}

}  // namespace domino::layers
