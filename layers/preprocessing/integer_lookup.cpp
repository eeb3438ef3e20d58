#include "domino/layers/preprocessing/integer_lookup.h"

#include <utility>

#include "domino/core/check.h"

namespace domino::layers {

IntegerLookup::IntegerLookup(IntegerLookupOptions options) : IndexLookupLayer(std::move(options)) {
  check<ValueError>(!this->options().salt.given() || this->options().oov_method == "farmhash",
                    "IntegerLookup: a salt with oov_method '{}'; it needs 'farmhash'",
                    this->options().oov_method);
}

}  // namespace domino::layers
