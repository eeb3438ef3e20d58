"""Makes a graph that shows a difference smaller, as long as the difference stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .batches import Batch
from .graphs import Plan
from .recipe import Call, LayerSpec, ModelSpec, Recipe, Ref, SequentialSpec, map_refs, refs_in


@dataclass(frozen=True)
class Graph:
    plan: Plan
    batches: Sequence[Batch]


def shrink(graph: Graph, differs: Callable[[Graph], bool], attempts: int = 250) -> Graph:
    """`differs` is asked of each candidate, at most `attempts` times."""
    left = attempts
    found = True
    while found and left > 0:
        found = False
        for candidate in _smaller(graph):
            left -= 1
            if differs(candidate):
                graph, found = candidate, True
                break
            if left <= 0:
                break
    return graph


def _smaller(graph: Graph) -> Iterator[Graph]:
    for i in range(len(graph.batches) if len(graph.batches) > 1 else 0):
        yield replace(graph, batches=[graph.batches[i]])
    if graph.plan.recipe is None:
        for row in _smaller_row(graph.plan.row):
            yield replace(graph, plan=replace(graph.plan, row=row))
    else:
        for recipe in _smaller_recipe(graph.plan.recipe):
            yield replace(graph, plan=replace(graph.plan, recipe=recipe.needed()))
        yield from _without_an_input(graph)
    for i, batch in enumerate(graph.batches):
        for smaller in _smaller_batch(batch):
            batches = [*graph.batches[:i], smaller, *graph.batches[i + 1 :]]
            yield replace(graph, batches=batches)


def _smaller_recipe(recipe: Recipe) -> Iterator[Recipe]:
    flat = list(refs_in(recipe.outputs))
    if len(flat) > 1 or not isinstance(recipe.outputs, Ref):
        for ref in flat:
            yield replace(recipe, outputs=ref)
    if recipe.input_form == "dict":
        yield replace(recipe, input_form="list")
    for call in recipe.calls:  # what comes early takes most with it
        if len(recipe.calls) > 1 and call.outputs:
            yield replace(recipe, outputs=Ref(call.number, call.outputs - 1))
    for call in reversed(recipe.calls):
        yield from _without(recipe, call)
    for call in recipe.calls:
        for key in call.kwargs:
            kwargs = {k: v for k, v in call.kwargs.items() if k != key}
            yield _with_call(recipe, replace(call, kwargs=kwargs))
    for key, spec in recipe.layers.items():
        for smaller in _smaller_spec(spec):
            yield replace(recipe, layers={**recipe.layers, key: smaller})


def _without(recipe: Recipe, call: Call) -> Iterator[Recipe]:
    """The call is left out, and one of its inputs stands in its place."""
    for source in dict.fromkeys(call.refs()):
        bypass = lambda ref, source=source: source if ref.call == call.number else ref
        calls = [
            replace(c, args=map_refs(c.args, bypass), kwargs=map_refs(c.kwargs, bypass))
            for c in recipe.calls
            if c.number != call.number
        ]
        yield replace(recipe, calls=tuple(calls), outputs=map_refs(recipe.outputs, bypass))


def _with_call(recipe: Recipe, changed: Call) -> Recipe:
    calls = tuple(changed if c.number == changed.number else c for c in recipe.calls)
    return replace(recipe, calls=calls)


def _smaller_spec(spec: Any) -> Iterator[Any]:
    if isinstance(spec, ModelSpec):
        for recipe in _smaller_recipe(spec.recipe):
            yield ModelSpec(recipe.needed())
    elif isinstance(spec, SequentialSpec):
        yield from _smaller_row(spec)
    elif isinstance(spec, LayerSpec):
        for key, value in spec.options.items():
            yield replace(spec, options={k: v for k, v in spec.options.items() if k != key})
            if isinstance(value, LayerSpec):
                for smaller in _smaller_spec(value):
                    yield replace(spec, options={**spec.options, key: smaller})


def _smaller_row(row: SequentialSpec) -> Iterator[SequentialSpec]:
    for i, layer in enumerate(row.layers):
        if len(row.layers) > 1:
            yield replace(row, layers=(*row.layers[:i], *row.layers[i + 1 :]))
        for smaller in _smaller_spec(layer):
            yield replace(row, layers=(*row.layers[:i], smaller, *row.layers[i + 1 :]))


def _without_an_input(graph: Graph) -> Iterator[Graph]:
    recipe = graph.plan.recipe
    read = {ref.output for call in recipe.calls for ref in call.refs() if ref.call == 0}
    read |= {ref.output for ref in refs_in(recipe.outputs) if ref.call == 0}
    for place, key in enumerate(recipe.inputs):
        if key in read or len(recipe.inputs) == 1:
            continue
        inputs = {k: v for k, v in recipe.inputs.items() if k != key}
        kept = [i for i in range(len(recipe.inputs)) if i != place]
        batches = [
            replace(b, values=tuple(b.values[i] for i in kept), masks=tuple(b.masks[i] for i in kept))
            for b in graph.batches
        ]
        yield Graph(replace(graph.plan, recipe=replace(recipe, inputs=inputs)), batches)


def _smaller_batch(batch: Batch) -> Iterator[Batch]:
    for i, mask in enumerate(batch.masks):
        if mask is not None:
            yield replace(batch, masks=(*batch.masks[:i], None, *batch.masks[i + 1 :]))
    rows = len(batch.values[0])
    for row in range(rows if rows > 1 else 0):
        one = slice(row, row + 1)
        values = tuple(v[one] for v in batch.values)
        yield replace(batch, values=values, masks=tuple(None if m is None else m[one] for m in batch.masks))


def describe(plan: Plan) -> str:
    """The graph as a program, near to Python."""
    if plan.recipe is None:
        return _shown(plan.row)
    return "\n".join(_lines(plan.recipe))


def _lines(recipe: Recipe) -> Iterator[str]:
    for i, x in recipe.inputs.items():
        yield f"x{i} = Input({x.shape}, {x.dtype})"
    for key, spec in recipe.layers.items():
        yield f"{key} = {_shown(spec)}"
    for call in recipe.calls:
        arguments = [_shown(a) for a in call.args] + [f"{k}={_shown(v)}" for k, v in call.kwargs.items()]
        yield f"t{call.number} = {call.target}({', '.join(arguments)})"
    yield f"return {_shown(recipe.outputs)}"


def _shown(value: Any) -> str:
    if isinstance(value, Ref):
        name = f"x{value.output}" if value.call == 0 else f"t{value.call}"
        return name if value.call == 0 or value.output == 0 else f"{name}[{value.output}]"
    if isinstance(value, LayerSpec):
        return f"{value.class_name}({', '.join(f'{k}={_shown(v)}' for k, v in value.options.items())})"
    if isinstance(value, SequentialSpec):
        return f"Sequential([{', '.join(map(_shown, value.layers))}], input={value.input})"
    if isinstance(value, ModelSpec):
        return "Model{" + "; ".join(_lines(value.recipe)) + "}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k!r}: {_shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return repr(value)
