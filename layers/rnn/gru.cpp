#include "domino/layers/rnn/gru.h"

#include "domino/layers/options.h"

namespace domino::layers {

void GRUCellOptions::fields(Fields& f) { detail::cell_fields(f, *this); }

GRUCell::GRUCell(GRUCellOptions options) : BuiltInCell(std::move(options)) {}

GRUCell::GRUCell(int units, GRUCellOptions options)
    : GRUCell(with(&GRUCellOptions::units, units, std::move(options))) {}

void GRUOptions::fields(Fields& f) {
  detail::cell_fields(f, *this);
  detail::loop_fields(f, *this);
}

GRU::GRU(GRUOptions options) : LayerOfCell(std::move(options)) {}

GRU::GRU(int units, GRUOptions options)
    : GRU(with(&GRUOptions::units, units, std::move(options))) {}

}  // namespace domino::layers
