"""Operations: the functions of keras.ops that users write between layers, as a saved graph holds them."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.src.ops.operation import Operation
from keras.src.saving import serialization_lib

from . import start_afresh
from .store import Json, TensorStore, write_pair

_SHAPES = {"a": (2, 3, 4), "b": (2, 3, 4), "r": (4,), "m": (2, 4, 5), "i": (2, 3), "j": (2, 3), "t": (2, 3)}


def _inputs() -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    values = {name: random.normal(size=shape).astype("float32") for name, shape in _SHAPES.items()}
    values["i"] = np.array([[3, 0, 2], [1, 1, 0]], "int32")
    values["j"] = np.array([[2, 5, -3], [1, 4, 7]], "int32")
    values["t"] = np.array([[True, False, True], [False, False, True]])
    return values


def _graphs(x: dict[str, Any]) -> Iterator[Any]:
    """Graphs over the inputs; every operation in them is recorded."""
    a, b, r, m, i, j, t = (x[name] for name in "abrmijt")
    yield from (a + b, a - b, a * b, a / b, 2 - a, a * 2.5, a + r, i + j, i * 2, i / j, i + 0.5, t * 2)
    yield from (a // b, a % b, j // 2, j % 3, a**2, ops.power(ops.absolute(a), b), ops.add(t, i))
    yield from (ops.maximum(a, b), ops.minimum(a, 0.1), ops.maximum(i, j))
    yield from (a > b, a >= 0, a < b, i <= j, ops.equal(i, j), ops.not_equal(i, 0), i != j)
    yield from (ops.logical_and(t, i > 0), ops.logical_or(t, i), ops.logical_xor(t, i), ~t)
    yield from (-a, -i, abs(a), abs(j), ops.sign(a), ops.floor(a), ops.floor(j), ops.square(a), ops.square(t))
    positive = ops.absolute(a)
    yield from (ops.sqrt(positive), ops.sqrt(i), ops.exp(a), ops.exp(i), ops.log(positive), ops.tanh(a))
    yield from (ops.tanh(i), ops.isnan(ops.log(a)), ops.clip(a, -0.5, 0.5), ops.clip(j, 0, 4))
    yield from (ops.sum(a), ops.sum(a, axis=1), ops.sum(t, axis=-1), ops.mean(a, axis=(0, 2), keepdims=True))
    yield from (ops.mean(i), ops.max(a, axis=-1), ops.min(a, axis=1, keepdims=True), ops.amax(j), ops.amin(j))
    yield from (ops.prod(a, axis=0), ops.any(t, axis=1), ops.all(t), ops.any(a > 0, axis=-1))
    yield from (ops.var(a, axis=1), ops.std(a, axis=-1, keepdims=True))
    yield from (ops.where(t, i, j), ops.where(a > 0, a, 0.0), ops.where(t, 1, 0), ops.where(a > 0, b, r))
    yield from (ops.matmul(a, m), a @ ops.transpose(b, (0, 2, 1)), ops.einsum("btd,bdk->bkt", a, m))
    yield from (ops.einsum("...td,...td->...t", a, b), ops.einsum("btd,d->bt", a, r), ops.einsum("btd->dtb", a))
    yield from (ops.reshape(a, (-1, 6)), ops.ravel(a), ops.transpose(a), ops.moveaxis(a, 0, 2))
    yield from (ops.swapaxes(a, 0, 1), ops.squeeze(ops.expand_dims(a, 1), 1), ops.squeeze(ops.expand_dims(a, (0, 2))))
    yield from (a[:, -1], a[:, ::-1], a[..., 1:3], a[:, None, 0], a[1, :, 2:], a[:, 1:-1, ::2], a[:, -2:], i[0])
    yield from (*ops.split(a, 2, axis=-1), *ops.split(a, [1, 2], axis=1))
    yield from (ops.stack([a, b], axis=1), ops.concatenate([a, b], axis=-1), ops.concatenate([i, a[..., 0]], axis=1))
    yield from (ops.tile(a, (1, 2, 1)), ops.tile(r, (2, 1)), ops.repeat(a, 2, axis=1), ops.repeat(r, 3))
    yield from (ops.flip(a, axis=1), ops.flip(i), ops.take(a, [2, 0, -1], axis=-1), ops.take(r, i, axis=0))
    yield from (ops.take(a, np.array([1, 0]), axis=1), ops.broadcast_to(r, (2, 4)))
    yield from (ops.cast(i, "float32"), ops.cast(a, "int32"), ops.cast(a, "bool"), ops.zeros_like(a), ops.ones_like(i))
    yield from (ops.one_hot(i, 5), ops.one_hot(j, 3, axis=1), ops.one_hot(i, 4, dtype="int32"))
    yield from (ops.relu(a), ops.relu6(a), ops.sigmoid(a), ops.softmax(a), ops.softmax(a, axis=1))
    yield from (ops.log_softmax(a), ops.silu(a), ops.gelu(a), ops.gelu(a, approximate=False), ops.elu(a))
    yield from (ops.selu(a), ops.leaky_relu(a, 0.3), ops.softplus(a), ops.softsign(a), ops.hard_sigmoid(a))
    yield from (a + np.arange(4, dtype="float32"), ops.stop_gradient(a), *ops.unstack(a, axis=1))
    yield from (ops.divide(a, b), ops.expand_dims(a, 1), ops.expand_dims(a, (0, 2)), ops.copy(a), ops.celu(a))
    yield from (ops.hard_silu(a), ops.hard_tanh(a), ops.log_sigmoid(a), ops.sparse_plus(a), ops.sparse_sigmoid(a))
    yield from (ops.convert_to_tensor(a), ops.tanh_shrink(a), ops.hard_silu(3 * a), ops.sparse_plus(3 * a))


def _functions() -> list[Json]:
    """Every function of keras.ops, and the class that stands for it in a graph, as its source says."""
    rows = []
    for name, function in sorted(inspect.getmembers(ops, callable)):
        source = inspect.getsource(function).replace(function.__doc__ or "", "")
        module = sys.modules[function.__module__]
        found = [getattr(module, word, None) for word in re.findall(r"\b([A-Z]\w*)\(", source)]
        made = {each.__name__ for each in found if inspect.isclass(each) and issubclass(each, Operation)}
        if len(made) > 1:
            raise ValueError(f"keras.ops.{name} makes several classes: {made}")
        rows.append({"name": name, "module": module.__name__, "class_name": next(iter(made), None)})
    return rows


def record_operations(folder: Path, name: str) -> int:
    start_afresh()
    values = _inputs()
    symbolic = {n: keras.Input(batch_shape=v.shape, dtype=v.dtype.name, name=n) for n, v in values.items()}
    store = TensorStore()
    cases = []
    for graph in _graphs(symbolic):
        cases.append(_case(graph, symbolic, values, store, len(cases)))
    write_pair(folder, name, store, {"functions": _functions(), "cases": cases})
    return len(cases)


def _case(graph: Any, symbolic: dict, values: dict, store: TensorStore, number: int) -> Json:
    """The operation that makes `graph`, on the numbers that reach it."""
    operation, node_index, _ = graph._keras_history
    node = operation._inbound_nodes[node_index]
    tensors = list(node.input_tensors)
    outputs = list(node.output_tensors)
    model = keras.Model(list(symbolic.values()), tensors + outputs)
    numbers = model(list(values.values()))
    label = f"{number}_{operation.__class__.__name__}"
    keep = [store.put(f"{label}/{k}", keras.ops.convert_to_numpy(x)) for k, x in enumerate(numbers)]
    places = {id(x): k for k, x in reversed(list(enumerate(tensors)))}
    arguments = node.arguments
    return {
        "name": label,
        "module": operation.__class__.__module__,
        "class_name": operation.__class__.__name__,
        "config": operation.get_config(),
        "args": _with_places(arguments.args, places),
        "kwargs": _with_places(arguments.kwargs, places),
        "inputs": keep[: len(tensors)],
        "outputs": keep[len(tensors) :],
    }


def _with_places(value: Any, places: dict[int, int]) -> Json:
    """As a file holds the arguments, with {"class_name": "__argument__"} where a tensor stands."""
    if isinstance(value, keras.KerasTensor):
        return {"class_name": "__argument__", "config": places[id(value)]}
    if isinstance(value, (list, tuple)):
        return [_with_places(item, places) for item in value]
    if isinstance(value, dict):
        return {key: _with_places(item, places) for key, item in value.items()}
    return serialization_lib.serialize_keras_object(value)
