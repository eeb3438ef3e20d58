#include "domino/layers/rnn/lstm.h"

#include "domino/layers/options.h"

namespace domino::layers {

void LSTMCellOptions::fields(Fields& f) { detail::cell_fields(f, *this); }

LSTMCell::LSTMCell(LSTMCellOptions options) : BuiltInCell(std::move(options)) {}

LSTMCell::LSTMCell(int units, LSTMCellOptions options)
    : LSTMCell(with(&LSTMCellOptions::units, units, std::move(options))) {}

void LSTMOptions::fields(Fields& f) {
  detail::cell_fields(f, *this);
  detail::loop_fields(f, *this);
}

LSTM::LSTM(LSTMOptions options) : LayerOfCell(std::move(options)) {}

LSTM::LSTM(int units, LSTMOptions options)
    : LSTM(with(&LSTMOptions::units, units, std::move(options))) {}

}  // namespace domino::layers
