"""The calls that give Keras' documented mask rules where a plain call would meet one of its accidents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops
from keras.src.backend import get_keras_mask, set_keras_mask

from .experiment import Argument

RECURRENT = (layers.RNN, layers.Bidirectional)
Mend = Callable[[list[tf.Tensor]], None]


@dataclass
class IntendedCall:
    """What to call the layer with, and what to mend on its outputs before anybody reads them."""

    inputs: list[tf.Tensor]
    keywords: dict[str, Any]
    mends: list[Mend] = field(default_factory=list)
    differs: bool = False

    def mend(self, outputs: list[tf.Tensor]) -> None:
        for mend in self.mends:
            mend(outputs)

    @property
    def mask(self) -> Any:
        """The mask of the first input: the explicit one, or else the one it carries."""
        explicit = self.keywords.get("mask")
        return get_keras_mask(self.inputs[0]) if explicit is None else explicit


def intended_call(
    layer: layers.Layer,
    arguments: Sequence[Argument],
    inputs: Sequence[tf.Tensor],
    keywords: Mapping[str, Any],
) -> IntendedCall | None:
    """Masks and keywords to call with instead of the given ones; None if no accident would strike."""
    made = IntendedCall(list(inputs), dict(keywords))
    names = [argument.name for argument in arguments]
    if "mask" in keywords and keywords["mask"] is None:
        _switch_mask_off(made)
    if isinstance(layer, RECURRENT) and "initial_state" in names:
        _pass_mask_beside_initial_state(made)
    if isinstance(layer, RECURRENT):
        _loop_where_unrolling_zeroes_other_steps(layer, made)
    first = getattr(layer, "forward_layer", layer)
    if getattr(first, "go_backwards", False) and first.return_sequences:
        _reverse_mask_with_steps(made)
    if isinstance(layer, layers.Softmax):
        _let_mask_mean_steps(made)
    if isinstance(layer, layers.GlobalAveragePooling1D):
        _let_one_entry_mean_all_steps(layer, made)
    if isinstance(layer, layers.SpectralNormalization):
        _end_masks_of_the_inner_layer(made)
    if isinstance(layer, layers.MultiHeadAttention):
        _keep_and_use_masks_of_attention(made)
    if isinstance(layer, layers.GroupQueryAttention) and "query_mask" in keywords:
        _hand_on_query_mask(made)
    return made if made.differs else None


def _switch_mask_off(made: IntendedCall) -> None:
    del made.keywords["mask"]
    for x in made.inputs:
        made.differs |= get_keras_mask(x) is not None
        set_keras_mask(x, None)


def _pass_mask_beside_initial_state(made: IntendedCall) -> None:
    if made.mask is not None and "mask" not in made.keywords:
        made.keywords["mask"] = made.mask
        made.differs = True


def _loop_where_unrolling_zeroes_other_steps(layer: layers.Layer, made: IntendedCall) -> None:
    """Unrolled backwards, Keras zeroes outputs by the mask in the order of the steps."""
    bidirectional = isinstance(layer, layers.Bidirectional)
    for rnn in (layer.forward_layer, layer.backward_layer) if bidirectional else (layer,):
        zeroes = rnn.zero_output_for_mask and rnn.return_sequences
        if made.mask is not None and rnn.unroll and rnn.go_backwards and zeroes:
            rnn.unroll = False
            made.mends.append(lambda outputs, rnn=rnn: setattr(rnn, "unroll", True))
            made.differs = True


def _reverse_mask_with_steps(made: IntendedCall) -> None:
    if made.mask is not None:
        reversed_mask = ops.flip(made.mask, axis=1)
        made.mends.append(lambda outputs: set_keras_mask(outputs[0], reversed_mask))
        made.differs = True


def _let_mask_mean_steps(made: IntendedCall) -> None:
    """A mask with fewer axes than the scores counts for whole steps."""
    mask = made.mask
    missing = 0 if mask is None else len(made.inputs[0].shape) - len(mask.shape)
    if missing <= 0:
        return
    made.keywords["mask"] = ops.reshape(mask, (*mask.shape, *(1,) * missing))
    made.mends.append(lambda outputs: set_keras_mask(outputs[0], mask))
    made.differs = True


def _let_one_entry_mean_all_steps(
    layer: layers.GlobalAveragePooling1D, made: IntendedCall
) -> None:
    x = made.inputs[0]
    steps = x.shape[1 if layer.data_format == "channels_last" else 2]
    if made.mask is not None and made.mask.shape[1] != steps:
        made.keywords["mask"] = ops.broadcast_to(made.mask, (x.shape[0], steps))
        made.differs = True


def _end_masks_of_the_inner_layer(made: IntendedCall) -> None:
    """The wrapper does not support masking; what its layer hung on the output stays there."""
    made.mends.append(lambda outputs: set_keras_mask(outputs[0], None))
    made.differs = True


def _keep_and_use_masks_of_attention(made: IntendedCall) -> None:
    made.differs = any(get_keras_mask(x) is not None for x in made.inputs)
    mask = made.keywords.pop("query_mask", None)
    if mask is None:
        return
    made.differs = True
    steps = ops.expand_dims(ops.cast(mask, "bool"), -1)
    given = made.keywords.get("attention_mask")
    made.keywords["attention_mask"] = steps if given is None else ops.logical_and(given, steps)
    set_keras_mask(made.inputs[0], None)
    made.mends.append(lambda outputs: set_keras_mask(outputs[0], keras.ops.convert_to_tensor(mask)))


def _hand_on_query_mask(made: IntendedCall) -> None:
    mask = ops.convert_to_tensor(made.keywords["query_mask"])
    made.mends.append(lambda outputs: set_keras_mask(outputs[0], mask))
    made.differs = True
