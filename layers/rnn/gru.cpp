#include "domino/layers/rnn/gru.h"

#include "domino/layers/options.h"

namespace domino::layers {

void GRUOptions::fields(Fields& f) { detail::recurrent_fields(f, *this); }

GRU::GRU(GRUOptions options) : RecurrentLayer(op::CellKind::GRU, std::move(options)) {}

GRU::GRU(int units, GRUOptions options)
    : GRU(with(&GRUOptions::units, units, std::move(options))) {}

}  // namespace domino::layers
