"""A graph that grows call by call, and what the next call can be made on."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
from keras.src.backend import get_keras_mask

from .recipe import Call, Input, LayerSpec, Recipe, Ref, Values, perform, refs_in, symbolic_inputs

Tensor = keras.KerasTensor
WORDS = 9  # ids are below


class Unfit(Exception):
    """There is no tensor that the step could be made on."""


class Builder:
    """Calls are made at once on symbolic tensors, so that their shapes guide the next choice.

    `ids` are integers that fit an Embedding; `texts` are strings, which Keras calls int64 while wiring, and which
    only layers for strings read; `doubtful` may hold NaN or infinity, and stay away from attention, where Domino
    and Keras differ on them (docs/parity.md).
    """

    def __init__(
        self,
        rnd: random.Random,
        inputs: Sequence[Input],
        steps: int | None,
        depth: int = 0,
        square: bool = False,
    ) -> None:
        self.rnd = rnd
        self.square = square  # batch, steps and features are of one size
        self.steps = steps
        self.depth = depth
        self.inputs = dict(enumerate(inputs))
        self.values: Values = symbolic_inputs(self.inputs)
        self.specs: dict[str, Any] = {}
        self.layers: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.ids = {r for r, t in self.values.items() if t.dtype.startswith("int")}
        self.texts: set[Ref] = set()
        self.doubtful: set[Ref] = set()
        self.read: set[Ref] = set()

    # Choices.
    def chance(self, probability: float) -> bool:
        return self.rnd.random() < probability

    def choose(self, *options: Any) -> Any:
        return self.rnd.choice(options)

    def units(self) -> int:
        if self.square and self.chance(0.6):
            return self.steps
        return self.choose(2, 3, 4)

    def sometimes(self, probability: float = 0.25, **options: Any) -> dict[str, Any]:
        """Each option with this probability; a callable is asked for the value."""
        return {k: v() if callable(v) else v for k, v in options.items() if self.chance(probability)}

    # Tensors to choose from.
    def all(self, fits: Callable[[Tensor], bool]) -> list[Ref]:
        return [r for r, value in self.values.items() if value.shape and r not in self.texts and fits(value)]

    def pick(self, fits: Callable[[Tensor], bool], sound: bool = False) -> Ref:
        """Any tensor that fits. `sound`: one without NaN."""
        found = [ref for ref in self.all(fits) if not (sound and ref in self.doubtful)]
        if not found:
            raise Unfit
        unread = [ref for ref in found if ref not in self.read]
        # Mostly what no call reads yet, so that the graph hangs together.
        if unread and self.chance(0.6):
            return self.rnd.choice(unread)
        return self.rnd.choice(found[-4:] if self.chance(0.5) else found)

    def sequence(self, sound: bool = False) -> Ref:
        return self.pick(is_sequence, sound)

    def unmasked(self, fits: Callable[[Tensor], bool]) -> Ref:
        """What a function gave: nothing hangs on it."""
        made = {call.number for call in self.calls if call.is_operation}
        own = [ref for ref in self.all(fits) if ref.call in made]
        if not own:
            raise Unfit
        return self.rnd.choice(own)

    def like(self, ref: Ref, sound: bool = False) -> Ref:
        """A tensor of the same shape and element type, perhaps the same."""
        shape, dtype = self.values[ref].shape, self.values[ref].dtype
        return self.pick(lambda t: t.shape == shape and t.dtype == dtype, sound)

    def floats(self, least: int = 2, most: int = 9) -> Ref:
        return self.pick(lambda t: is_float(t) and least <= len(t.shape) <= most)

    def shape(self, ref: Ref) -> tuple[int | None, ...]:
        return tuple(self.values[ref].shape)

    def any_ids(self, like: Ref | None = None) -> Ref:
        """Integers that fit an Embedding."""
        found = sorted(self.ids, key=lambda ref: (ref.call, ref.output))
        if like is not None:
            same = self.values[like]
            found = [r for r in found if (self.shape(r), self.values[r].dtype) == (same.shape, same.dtype)]
        if not found:
            raise Unfit
        return self.rnd.choice(found)

    def mask_for(self, ref: Ref) -> Ref:
        """A bool (batch, steps) tensor of the graph that fits `ref` as an explicit mask."""
        steps = self.shape(ref)[1]
        return self.pick(lambda t: t.dtype == "bool" and len(t.shape) == 2 and t.shape[1] == steps)

    def explicit(self, ref: Ref, probability: float = 0.35, name: str = "mask") -> dict[str, Any]:
        """Sometimes `mask=`: a tensor of the graph, or None, which Keras takes for not given."""
        if not self.chance(probability):
            return {}
        if get_keras_mask(self.values[ref]) is not None and self.chance(0.4):
            return {name: None}
        try:
            return {name: self.mask_for(ref)}
        except Unfit:
            return {}

    # Growth.
    def call(self, spec: LayerSpec | Any, *args: Any, **kwargs: Any) -> list[Ref]:
        """Calls a new layer."""
        key = f"{getattr(spec, 'class_name', 'model').lower()}_{len(self.calls) + 1}"
        self.specs[key] = spec
        self.layers[key] = spec.make()
        return self.again(key, args, kwargs)

    def layer(self, class_name: str, *args: Any, call: dict[str, Any] | None = None, **options: Any) -> list[Ref]:
        return self.call(LayerSpec(class_name, options), *args, **(call or {}))

    def op(self, target: str, *args: Any, **kwargs: Any) -> Ref:
        """Calls a function of keras.ops ("mean") or of Python's operators ("operator.add")."""
        return self.ops(target, *args, **kwargs)[0]

    def ops(self, target: str, *args: Any, **kwargs: Any) -> list[Ref]:
        return self.again(target if "." in target else f"ops.{target}", args, kwargs)

    def again(self, target: str, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Ref]:
        """Calls a function, or a layer that is there."""
        number = self.calls[-1].number + 1 if self.calls else 1
        call = Call(number, target, tuple(args), kwargs)
        outputs = perform(call, self.layers, self.values)
        if not all(isinstance(t, Tensor) for t in outputs):
            raise Unfit
        refs = [Ref(number, i) for i in range(len(outputs))]
        self.calls.append(Call(number, target, tuple(args), kwargs, len(outputs)))
        self.values.update(zip(refs, outputs, strict=True))
        self.read.update(call.refs())
        if any(ref in self.doubtful for ref in refs_in((args, kwargs))):
            self.doubtful.update(refs)
        return refs

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Takes everything back if the body throws; what Keras refuses is no step."""
        calls, values = len(self.calls), dict(self.values)
        try:
            yield
        except BaseException:
            del self.calls[calls:]
            self.values = values
            self.ids, self.texts, self.doubtful = (
                {ref for ref in refs if ref in values} for refs in (self.ids, self.texts, self.doubtful)
            )
            self.read = {ref for call in self.calls for ref in call.refs()}
            used = {call.layer for call in self.calls}
            self.specs = {k: v for k, v in self.specs.items() if k in used}
            self.layers = {k: v for k, v in self.layers.items() if k in used}
            raise

    def recipe(self, outputs: Any, input_form: str = "list") -> Recipe:
        return Recipe(self.inputs, self.specs, tuple(self.calls), outputs, input_form)


def is_float(t: Tensor) -> bool:
    return t.dtype == "float32" and t.shape[0] is None


def is_sequence(t: Tensor) -> bool:
    """(batch, steps, features)"""
    return is_float(t) and len(t.shape) == 3 and t.shape[2] is not None


def usually_masked(t: Tensor) -> bool:
    """Unmasked, or by a (batch, steps) mask. One with more axes makes some layers of Keras give results of another
    rank than they say, or throw."""
    mask = get_keras_mask(t)
    return mask is None or len(mask.shape) == 2


def is_vector(t: Tensor) -> bool:
    """(batch, features)"""
    return is_float(t) and len(t.shape) == 2 and t.shape[1] is not None


def is_mask(t: Tensor) -> bool:
    """bool (batch, steps)"""
    return t.dtype == "bool" and len(t.shape) == 2 and t.shape[0] is None


def features(t: Tensor) -> bool:
    """Floats with a known last size."""
    return is_float(t) and len(t.shape) >= 2 and t.shape[-1] is not None
