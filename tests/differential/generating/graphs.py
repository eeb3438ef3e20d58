"""Random graphs: inputs, steps out of the tables, outputs."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import attention_steps, layer_steps, mask_steps, nested_steps  # noqa: F401  (they fill the table)
from . import op_steps, recurrent_steps, text_steps  # noqa: F401
from .builder import Builder, Unfit
from .recipe import Input, ModelSpec, Recipe, Ref, SequentialSpec
from .steps import STEPS

FAILURES: dict[str, int] = {}  # per step: how often it was taken back
SIZES = range(5, 41)  # calls, those of models inside included


@dataclass(frozen=True)
class Plan:
    """What holds for a whole graph: its recipe, or a row of layers, and the sizes of its batches."""

    recipe: Recipe | None
    row: SequentialSpec | None
    inputs: Sequence[Input]
    steps: int | None
    square: int | None  # batch, steps and features of one size, as some accidents need
    suffix: str = ".keras"  # or ".h5", which Keras can read again if no mask is written in it

    @property
    def size(self) -> int:
        """How many calls there are."""
        return _calls_in(ModelSpec(self.recipe) if self.recipe is not None else self.row)


def _calls_in(spec: Any) -> int:
    if isinstance(spec, ModelSpec):
        return len(spec.recipe.calls) + sum(map(_calls_in, spec.recipe.layers.values()))
    return len(spec.layers) if isinstance(spec, SequentialSpec) else 0


def random_graph(seed: int, steps_named: Sequence[str] | None = None) -> Plan:
    """Graph number `seed`; of all steps, or of these."""
    rnd = random.Random(seed)
    for _ in range(50):  # how large a graph is shows when what no output needs has fallen away
        plan = _draw(rnd, steps_named)
        if plan.size in SIZES:
            return plan
    raise Unfit


def _draw(rnd: random.Random, steps_named: Sequence[str] | None) -> Plan:
    square = rnd.choice((3, 4)) if rnd.random() < 0.15 else None
    steps = square or rnd.choice((5, 5, 6, None, None))
    inputs = _inputs(rnd, steps, square)
    if rnd.random() < 0.1 and steps_named is None:
        return _alone(rnd, inputs, steps, square)
    b = Builder(rnd, inputs, steps, square=square is not None)
    grow(b, 1, ["embedding"])
    grow(b, rnd.choice((7, 9, 12, 16, 22, 30, 40)), steps_named)
    outputs = choose_outputs(b, rnd.choice((1, 1, 2, 3)), forms=True)
    form = rnd.choice(("list", "list", "dict"))
    return Plan(b.recipe(outputs, form).needed(), None, inputs, steps, square)


def _inputs(rnd: random.Random, steps: int | None, square: int | None) -> list[Input]:
    size = square or rnd.choice((2, 3, 4))
    more = [
        Input((steps, size)),
        Input((steps,), "bool"),
        Input((steps,), "int32"),
        Input((3,)),
        Input((steps, size)),
    ]
    chosen = [x for x, chance in zip(more, (0.6, 0.45, 0.25, 0.2, 0.15), strict=True) if rnd.random() < chance]
    return [Input((steps,), "int32"), *chosen[:2]]


def _alone(rnd: random.Random, inputs: Sequence[Input], steps: int | None, square: int | None) -> Plan:
    """A Sequential that is no part of another model."""
    one = rnd.choice(inputs[:2])
    b = Builder(rnd, [one], steps)
    row, _ = nested_steps.random_row(b, Ref(0), lengths=(5, 6, 8))
    spec = SequentialSpec(row, one if rnd.random() < 0.6 else None)
    return Plan(None, spec, [one], steps, square, rnd.choice((".keras", ".h5")))


def grow(b: Builder, count: int, names: Sequence[str] | None = None) -> None:
    """Takes `count` steps; those that fit nowhere, or that Keras refuses, are taken back."""
    done = 0
    for _ in range(4 * count + 10):
        if done == count:
            return
        try:
            with b.attempt():
                take_step(b, names)
            done += 1
        except Exception:
            continue


def take_step(b: Builder, names: Sequence[str] | None = None) -> None:
    names = list(names or STEPS)
    name = b.rnd.choices(names, [STEPS[n][1] for n in names])[0]
    before = len(b.calls)
    try:
        STEPS[name][0](b)
    except Unfit:
        raise
    except Exception:
        FAILURES[name] = FAILURES.get(name, 0) + 1
        raise
    if len(b.calls) == before:
        raise Unfit


def _calls_behind(b: Builder) -> dict[int, set[int]]:
    """Per call, it and all calls that lead to it."""
    behind: dict[int, set[int]] = {0: set()}
    for call in b.calls:
        behind[call.number] = {call.number}.union(*(behind[ref.call] for ref in call.refs()))
    return behind


def choose_outputs(b: Builder, count: int, forms: bool = False) -> object:
    """Tensors that nothing reads, and that much of the graph leads to; one alone, or a list or a dict."""
    values = [ref for ref in b.values if ref not in b.texts]
    made = [ref for ref in values if ref.call > 0] or values
    ends = [ref for ref in made if ref not in b.read] or made[-1:]
    pool = ends if b.chance(0.85) else made
    behind = _calls_behind(b)
    chosen: list[Ref] = []
    covered: set[int] = set()
    for _ in range(min(count, len(pool))):
        rest = [ref for ref in pool if ref not in chosen]
        best = max(rest, key=lambda ref: len(behind.get(ref.call, set()) - covered))
        chosen.append(best if b.chance(0.75) else b.rnd.choice(rest))
        covered |= behind.get(chosen[-1].call, set())
    if len(chosen) == 1 and b.chance(0.8):
        return chosen[0]
    if forms and b.chance(0.3):
        return {f"out_{i}": ref for i, ref in enumerate(chosen)}
    return chosen
