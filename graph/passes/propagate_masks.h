#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domino/graph/dag.h"
#include "domino/graph/mask_rules.h"
#include "domino/graph/symbolic_tensor.h"

namespace domino {

/// Numbers the different masks of a graph: two masks with one value number are one mask.
using MaskId = int;
inline constexpr MaskId kNoMaskId = -1;

/// What happens to the mask of a tensor where a call reads it.
enum class MaskFate : std::uint8_t {
  None,       ///< the tensor carries no mask
  Carried,    ///< handed on with an output, unchanged or changed; nobody reads it here
  Used,       ///< the call takes it; it may be handed on as well
  Ignored,    ///< Keras' rules keep it from the call, which would take it
  Destroyed,  ///< the layer does not support masking
  Dropped,    ///< a layer that supports masking gives none, or a model in which a layer ends it
  TakenOff,   ///< Keras' rules: an earlier call took it off this tensor, so the call finds none
};
std::string_view name_of(MaskFate fate);

/// The facts of one edge: all that `report` and `summary` tell.
struct MaskFact {
  Endpoint from;
  int target = 0;           ///< the vertex that reads the tensor
  std::string argument;     ///< under this name
  bool takes_mask = false;  ///< whether the call takes a mask for it, and is not told to use none
  MaskId mask = kNoMaskId;  ///< the mask that reaches the call, or that was taken off before
  bool by_hand = false;  ///< the call names this mask, or it was written there; the tensor lacks it
  MaskFate fate = MaskFate::None;
  /// The calls that would have used the mask, if it is lost here: those behind that take a mask of
  /// tensors that have its axes and are given none, and the reader itself if the mask is kept from it.
  std::vector<int> missed_by;
  int taken_off_by = -1;  ///< the vertex that took it off
};

/// Where a mask comes from.
struct MaskOrigin {
  int vertex = -1;                ///< the call that made it
  std::optional<MaskId> changed;  ///< the mask that it was made from; none: from data
  Shape shape;
  DType dtype = DType::Bool;
  ValueNumber value;
};

/// Which masks every call of a graph is given and makes, and how the runner computes them. Follows
/// from layers and rules alone, before any data flows.
struct MaskPlan {
  /// Masks in one call, by parameter and position.
  using Given = std::vector<std::vector<MaskId>>;

  /// An input tensor is packed before a call (Mask::row_map) by what one of these masks keeps.
  struct Packing {
    std::vector<MaskId> masks = {};  ///< none: it is not
    Masked masked = Masked::Equal;
  };

  /// Masks that are computed beside a call.
  struct Evaluation {
    bool by_call = false;  ///< hung by `call` when it is given these masks; else by compute_mask
    Given attached;
    Given passed;
    std::vector<MaskId> previous;
    std::vector<MaskId> outputs;  ///< kNoMaskId where nobody needs it
    bool before_call = false;     ///< by compute_mask, since the call's inputs are packed by it
  };

  /// Whether a call computes what a mask (batch, steps) of its inputs hides.
  struct Padding {
    enum class Kind : std::uint8_t {
      None,    ///< no such mask comes in
      Packed,  ///< it computes the kept steps, and one row for what is hidden
      Dense,   ///< it computes all steps
    };
    /// Who sees what is hidden, so that it has to be computed.
    enum class SeenBy : std::uint8_t {
      Call,      ///< of the vertex `seer`
      Output,    ///< the model gives it
      TwoMasks,  ///< those behind hide different steps
      Nobody,  ///< but no other call would use the rows, or the mask by which to pack is made later
    };
    Kind kind = Kind::None;
    MaskId mask = kNoMaskId;
    SeenBy seen_by = SeenBy::Call;
    int seer = -1;
  };

  struct Vertex {
    bool runs = true;                          ///< false for a function that nobody reads
    Given attached;                            ///< hang on the input tensors
    Given passed;                              ///< given to the call
    std::vector<std::vector<Packing>> packed;  ///< how the input tensors are packed before the call
    Padding padding;
    std::vector<MaskId> hung;  ///< per output: the call hangs this mask on it
    std::vector<Evaluation> evaluations;
    std::vector<MaskId> outputs;      ///< per output: what it carries behind the call
    std::vector<ValueNumber> values;  ///< of the outputs; they depend on the masks that are used
    std::vector<std::vector<ValueNumber>> reads;  ///< the values of the arguments
    UnseenOutputs unseen;                         ///< of a nested model
    std::vector<MaskFact> facts;         ///< of the edges into it, by parameter and position
    std::vector<std::string> accidents;  ///< what Keras' rules changed here
    /// The ops of the call that run on the host whatever the device, such as those on strings.
    std::vector<std::string> on_host;
  };

  /// How an output depends on how far its sequences are padded (passes/find_length_use_internal.h).
  struct LengthUse {
    enum class Kind : std::uint8_t {
      None,     ///< not at all
      Steps,    ///< (batch, steps, ...): the kept steps do not
      Depends,  ///< it does
    };
    Kind kind = Kind::Depends;
    int vertex = -1;  ///< where it comes to depend on that
  };

  std::vector<Vertex> vertices;
  std::vector<MaskOrigin> masks;
  std::vector<std::pair<Endpoint, MaskId>> values;  ///< tensors of the graph that serve as masks
  std::vector<EdgeFacts> outputs;                   ///< of the model
  std::vector<MaskId> output_masks;                 ///< what the model's outputs carry in the end
  std::vector<LengthUse> lengths;                   ///< of the outputs
  /// Per output, the input whose object it is, if layers handed that through.
  std::vector<std::optional<int>> handed_through;
  /// Per input, the mask that hangs on its object in the end.
  std::vector<std::optional<ValueFacts>> left_on_inputs;
};

/// Walks the graph once, on meta tensors, calling `supports_masking` and `compute_mask` of each vertex.
///
/// `inputs` are the model's inputs with the masks that they carry. Under MaskRules::Keras a mask can be
/// written into the graph while it is wired, or hang on a tensor at run time; the two can differ, and
/// both are settled as Keras 3.15.1 does (keras/src/layers/layer.py, __call__; models/functional.py).
MaskPlan propagate_masks(const Dag& dag, const std::vector<EdgeFacts>& inputs, MaskRules rules,
                         const UnseenOutputs& unseen = {});

/// The same as far as the caller of a model sees it: what `outputs`, `handed_through` and
/// `left_on_inputs` tell. No graph runs by it.
MaskPlan propagate_to_the_ends(const Dag& dag, const std::vector<EdgeFacts>& inputs,
                               MaskRules rules);

}  // namespace domino
