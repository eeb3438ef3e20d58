"""A graph written down: what the generator makes, the shrinker cuts and `build` turns into a Keras model."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
from keras.src.backend import get_keras_mask

Values = dict["Ref", keras.KerasTensor]


@dataclass(frozen=True)
class Ref:
    """A tensor of the graph: an output of a call; those of call 0 are the inputs."""

    call: int
    output: int = 0


@dataclass(frozen=True)
class Input:
    shape: tuple[int | None, ...]  # without the batch
    dtype: str = "float32"
    name: str | None = None

    def make(self) -> keras.KerasTensor:
        return keras.Input(self.shape, dtype=self.dtype, name=self.name)


@dataclass(frozen=True)
class LayerSpec:
    """A layer and its options; options may be layers, or lists of layers."""

    class_name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> keras.layers.Layer:
        return getattr(keras.layers, self.class_name)(**{k: _made(v) for k, v in self.options.items()})


def _made(value: Any) -> Any:
    if isinstance(value, (LayerSpec, SequentialSpec, ModelSpec)):
        return value.make()
    return [_made(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class SequentialSpec:
    """A Sequential; without an input it is deferred: built by its first call."""

    layers: tuple[Any, ...]
    input: Input | None = None

    def make(self) -> keras.Sequential:
        front = [] if self.input is None else [self.input.make()]
        return keras.Sequential([*front, *(layer.make() for layer in self.layers)])


@dataclass(frozen=True)
class Call:
    """A layer by its key in Recipe.layers, or a function, called.

    Functions have a point in their names: "ops.mean", "operator.add"; "masks.attached" gives the mask that
    hangs on a tensor, "KEY.compute_mask" what that layer says.
    """

    number: int
    target: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    outputs: int = 1

    @property
    def is_operation(self) -> bool:
        return "." in self.target

    @property
    def layer(self) -> str:
        """The key of the layer that is called, or asked for a mask."""
        return self.target.removesuffix(".compute_mask")

    def refs(self) -> Iterator[Ref]:
        return refs_in((self.args, dict(self.kwargs)))


@dataclass(frozen=True)
class Recipe:
    inputs: Mapping[int, Input]  # by the output of call 0
    layers: Mapping[str, Any]
    calls: tuple[Call, ...]
    outputs: Any  # a Ref, or a list or dict of them
    input_form: str = "list"  # or "dict"; one input stands alone

    def needed(self) -> "Recipe":
        """Only the calls and layers that the outputs need; inputs stay."""
        wanted = set(refs_in(self.outputs))
        calls: list[Call] = []
        for call in reversed(self.calls):
            if any(ref.call == call.number for ref in wanted):
                calls.insert(0, call)
                wanted.update(call.refs())
        used = {call.layer for call in calls}
        layers = {key: spec for key, spec in self.layers.items() if key in used}
        return replace(self, calls=tuple(calls), layers=layers)


@dataclass(frozen=True)
class ModelSpec:
    """A Functional model inside another."""

    recipe: Recipe

    def make(self) -> keras.Model:
        return build(self.recipe)


def refs_in(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from refs_in(item)


def map_refs(value: Any, change: Callable[[Ref], Any]) -> Any:
    if isinstance(value, Ref):
        return change(value)
    if isinstance(value, Mapping):
        return {key: map_refs(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map_refs(item, change) for item in value)
    return value


def symbolic_inputs(inputs: Mapping[int, Input]) -> Values:
    return {Ref(0, i): x.make() for i, x in inputs.items()}


def perform(call: Call, layers: Mapping[str, Any], values: Values) -> list[keras.KerasTensor]:
    """Makes the call on symbolic tensors; the outputs flat."""
    args = map_refs(call.args, values.__getitem__)
    kwargs = map_refs(dict(call.kwargs), values.__getitem__)
    target = _function(call.target, layers) if call.is_operation else layers[call.target]
    return keras.tree.flatten(target(*args, **kwargs))


def _function(name: str, layers: Mapping[str, Any]) -> Callable[..., Any]:
    module, function = name.split(".")
    owners = {"ops": keras.ops, "operator": operator}
    return get_keras_mask if module == "masks" else getattr(owners.get(module) or layers[module], function)


def assemble(recipe: Recipe, values: Values) -> keras.Model:
    inputs: Any = [values[Ref(0, i)] for i in recipe.inputs]
    if recipe.input_form == "dict":
        inputs = {x.name: x for x in inputs}
    elif len(inputs) == 1:
        inputs = inputs[0]
    return keras.Model(inputs, map_refs(recipe.outputs, values.__getitem__))


def build(recipe: Recipe) -> keras.Model:
    values = symbolic_inputs(recipe.inputs)
    layers = {key: spec.make() for key, spec in recipe.layers.items()}
    for call in recipe.calls:
        for i, value in enumerate(perform(call, layers, values)):
            values[Ref(call.number, i)] = value
    return assemble(recipe, values)
