#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "domino/core/tensor.h"

namespace domino::onednn {

/// The one CPU engine of this process.
const dnnl::engine& engine();

/// A primitive for certain sizes, and the layouts that it wants. Its scratchpad is the caller's.
struct Primitive {
  dnnl::primitive primitive;
  dnnl::memory::desc source;
  dnnl::memory::desc weights;
  dnnl::memory::desc bias;
  dnnl::memory::desc target;
  dnnl::memory::desc scratchpad;
};

/// Which op a primitive carries out.
enum class PrimitiveFamily : std::uint8_t { RowProduct, Product, Convolution };

/// The sizes and flags that a primitive is made for. Family and thread count are added in the cache.
using PrimitiveKey = std::vector<std::int64_t>;

/// Most primitives kept; the one not used for longest goes first.
inline constexpr std::size_t kMostPrimitives = 256;

/// The primitive of `key`, made by `make` unless it is kept from before. Safe in many threads.
/// Throws DeviceError with oneDNN's reason if it cannot be made.
std::shared_ptr<const Primitive> cached_primitive(PrimitiveFamily family, PrimitiveKey key,
                                                  const std::function<Primitive()>& make);
/// Number of primitives kept now.
std::size_t cached_primitives();

/// Attributes that every primitive here is made with: the default scratchpad would be shared by the
/// threads that run it, and give wrong numbers.
dnnl::primitive_attr primitive_attributes();

/// Runs `primitive` on the calling thread's stream and scratchpad, and waits for it.
/// Throws DeviceError with oneDNN's reason if that fails.
void execute(const Primitive& primitive, std::unordered_map<int, dnnl::memory> arguments);

/// oneDNN's view of numbers that lie at `data`.
dnnl::memory memory_at(const dnnl::memory::desc& layout, const void* data);

/// `weights`, which lie as `plain` says, in the layout that a primitive wants. Reordered once and
/// kept beside the tensor for as long as it lives.
dnnl::memory packed(const Tensor& weights, const dnnl::memory::desc& plain,
                    const dnnl::memory::desc& wanted);

}  // namespace domino::onednn
