#include "domino/graph/call.h"

#include <algorithm>

#include "domino/core/check.h"

namespace domino {

Arguments::Arguments(const Signature& signature, std::vector<Tensors> tensors,
                     std::vector<OptionalMasks> masks, Config options)
    : signature_(&signature),
      tensors_(std::move(tensors)),
      masks_(std::move(masks)),
      options_(std::move(options)) {
  tensors_.resize(signature.size());
  masks_.resize(signature.size());
  for (std::size_t i = 0; i < signature.size(); ++i) masks_[i].resize(tensors_[i].size());
}

std::size_t Arguments::index(std::string_view name) const {
  const auto it = std::ranges::find(*signature_, name, &Parameter::name);
  check<ValueError>(it != signature_->end(), "the layer's call has no argument '{}'", name);
  return static_cast<std::size_t>(it - signature_->begin());
}

bool Arguments::has(std::string_view name) const { return !tensors_[index(name)].empty(); }

Tensor Arguments::tensor(std::string_view name) const {
  const Tensors& tensors = tensors_[index(name)];
  return tensors.empty() ? Tensor() : tensors.front();
}

const Tensors& Arguments::list(std::string_view name) const { return tensors_[index(name)]; }

OptionalMask Arguments::mask(std::string_view name) const {
  const OptionalMasks& masks = masks_[index(name)];
  return masks.empty() ? std::nullopt : masks.front();
}

const OptionalMasks& Arguments::masks(std::string_view name) const { return masks_[index(name)]; }

bool Arguments::option(std::string_view name, bool otherwise) const {
  if (options_.is_null()) return otherwise;
  const Config* found = options_.find(name);
  return found == nullptr ? otherwise : found->as_bool();
}

}  // namespace domino
