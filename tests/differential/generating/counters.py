"""What the graphs of a run have held: every layer, function, kind of mask and accident of Keras."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .batches import Batch
from .graphs import Plan
from .recipe import Call, LayerSpec, ModelSpec, Recipe, SequentialSpec, refs_in
from .runner import Verdict

OFTEN, ACCIDENTS_OFTEN = 20, 50  # in a run of 2,000 graphs
FORMS = {
    "ops.expand_dims": "with one axis more",
    "ops.cast": "of integers",
    "operator.mul": "of floats",
    "operator.getitem": "cut or reversed",
    "ops.any": "one for all steps",
}  # of masks, by what made them
MASKS = ("mask", "query_mask", "value_mask", "key_mask", "attention_mask")


class Counters:
    def __init__(self) -> None:
        self.groups: dict[str, Counter[str]] = {}

    def add(self, group: str, name: str, times: int = 1) -> None:
        self.groups.setdefault(group, Counter())[name] += times

    def graph(self, plan: Plan, batches: Sequence[Batch], verdict: Verdict) -> None:
        if plan.recipe is not None:
            self._recipe(plan.recipe, "model")
        else:
            self._spec(plan.row)
            self.add("models", f"Sequential alone, {'built' if plan.row.input else 'deferred'}, {plan.suffix}")
        self.add("sizes", f"{5 * (plan.size // 5):2d} calls or more")
        for batch in batches:
            for name, times in batch.patterns.items():
                self.add("patterns of masks", name, times)
            self.add("masks", "attached to an input", sum(mask is not None for mask in batch.masks))
        for name, times in verdict.accidents.items():
            self.add("accidents", name, times)
        for name, times in verdict.padding.items():
            self.add("padding", name, times)

    def merge(self, other: "Counters") -> None:
        for group, counter in other.groups.items():
            self.groups.setdefault(group, Counter()).update(counter)

    def _recipe(self, recipe: Recipe, kind: str) -> None:
        self.add("models", f"{kind}, {len(recipe.inputs)} inputs as {_form(recipe.inputs, recipe.input_form)}")
        self.add("models", f"{kind}, outputs as {type(recipe.outputs).__name__}")
        for spec in recipe.layers.values():
            self._spec(spec)
        for key, times in Counter(call.target for call in recipe.calls).items():
            if times > 1 and "." not in key:
                self.add("models", f"shared {_name(recipe.layers[key])}" if key.startswith("model") else "shared layer")
        makers = {call.number: call.target for call in recipe.calls}
        for call in recipe.calls:
            self._call(recipe, call)
            for ref in refs_in(call.kwargs.get("mask")):
                if makers.get(ref.call) in FORMS:
                    self.add("forms of explicit masks", FORMS[makers[ref.call]])

    def _call(self, recipe: Recipe, call: Call) -> None:
        if call.is_operation:
            self.add("functions", "compute_mask" if call.target.endswith(".compute_mask") else call.target)
            return
        name = _name(recipe.layers[call.target])
        for argument in MASKS:
            if argument in call.kwargs:
                given = any(refs_in(call.kwargs[argument]))
                self.add("masks", f"explicit {argument}" if given else f"{argument}=None")
                self.add("explicit masks on", name)
                if not given:  # the tensor carries one, and a file does not tell None from nothing
                    self.add("accidents", "mask=None does not switch a mask off")
        if any(True for _ in refs_in(call.args[1:])) and "Attention" not in name:
            self.add("masks", "given by place")
        if call.kwargs.get("initial_state"):
            self.add("masks", "initial_state")

    def _spec(self, spec: Any) -> None:
        if isinstance(spec, ModelSpec):
            self._recipe(spec.recipe, "nested model")
        elif isinstance(spec, SequentialSpec):
            self.add("models", f"Sequential, {'built' if spec.input else 'deferred'}")
            for layer in spec.layers:
                self._spec(layer)
        elif isinstance(spec, LayerSpec):
            self.add("layers", spec.class_name)
            if "merge_mode" in spec.options:
                self.add("merge modes", str(spec.options["merge_mode"]))
            for value in spec.options.values():
                for inner in value if isinstance(value, list) else [value]:
                    self._spec(inner)

    def report(self) -> str:
        lines = []
        for group, counter in sorted(self.groups.items()):
            lines.append(f"{group}:")
            lines += [f"  {times:6d} {name}" for name, times in sorted(counter.items(), key=lambda item: -item[1])]
        return "\n".join(lines)

    def rare(self, registered: Iterable[str]) -> list[str]:
        """What a run of 2,000 graphs should have held more often."""
        layers = self.groups.get("layers", Counter())
        missing = [f"layers: {name}: {layers[name]}" for name in registered if layers[name] < OFTEN]
        for group, counter in self.groups.items():
            least = ACCIDENTS_OFTEN if group == "accidents" else OFTEN
            missing += [
                f"{group}: {name}: {times}"
                for name, times in counter.items()
                if group not in ("sizes", "padding") and times < least and not (group == "layers" and name in registered)
            ]
        return sorted(missing)


def _form(inputs: Mapping[int, Any], form: str) -> str:
    return "single" if len(inputs) == 1 and form == "list" else form


def _name(spec: Any) -> str:
    if isinstance(spec, LayerSpec):
        return spec.class_name
    return "Sequential" if isinstance(spec, SequentialSpec) else "Functional"


def registered_layers() -> list[str]:
    """The classes in layers/CMakeLists.txt."""
    lines = (Path(__file__).parents[3] / "layers/CMakeLists.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("#")[0].strip(" )").split() for line in lines if line.startswith("domino_layer(")]
    # A Lambda holds code, which is not loaded.
    return [name for row in rows for name in row[1:] if name != "Lambda"]
