"""How a class is tried: what its page in docs/layers.md tells is measured on these calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment, Mask
from ..patterns import BATCH, STEPS, mask, sequences

HOLES = mask("10101", "11100", "11111")
OTHER = mask("11100", "01100", "11110")
SEQUENCES = sequences()


@dataclass(frozen=True)
class Entry:
    """The calls that tell what a class does with masks: the first as it is mostly used, the others
    under the name of what is not as usual. None: the class is not called, and `words` say why.
    """

    trials: tuple[Experiment, ...] = ()
    words: str = ""


def trial(
    make: Callable[..., layers.Layer],
    arguments: tuple[Argument, ...] = SEQUENCES,
    masks: tuple[Mask, ...] = (HOLES,),
    *,
    when: str = "",
    explicit: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Experiment:
    """One call on tensors that carry these masks, or with explicit masks and none carried."""
    case = Case("masked", () if explicit else masks, explicit or {})
    return Experiment(
        when, make, arguments, (case,), (), options=options or {}, config=config or {}
    )


def entry(*trials: Experiment, words: str = "") -> Entry:
    return Entry(trials, words)


def plain(
    configs: Mapping[str, Mapping[str, Any]],
    arguments: tuple[Argument, ...] = SEQUENCES,
    masks: tuple[Mask, ...] = (HOLES,),
) -> dict[str, Entry]:
    """Entries of classes that are called once, by name, with their configuration."""
    return {
        name: entry(trial(partial(getattr(layers, name), **config), arguments, masks))
        for name, config in configs.items()
    }
