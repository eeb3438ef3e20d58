"""Layers for strings. No file of tensors holds strings: a look-up in reverse makes them of ids."""

from .builder import WORDS, Builder
from .layer_steps import sentence
from .recipe import Ref
from .steps import step

TEXTS = ["the film", "a good film", "Bad, bad!", "so-so", "THE END", "good", "", "der gute Film: größer"]
TOKENS = ["the", "film", "good", "bad"]


def _texts(b: Builder) -> Ref:
    """Strings, (batch, steps)."""
    found = sorted((x for x in b.texts if len(b.shape(x)) == 2), key=lambda x: (x.call, x.output))
    if found and b.chance(0.6):
        return b.rnd.choice(found)
    made = b.layer("StringLookup", sentence(b), vocabulary=TEXTS, invert=True)
    b.texts.update(made)
    return made[0]


def _column(b: Builder, x: Ref) -> Ref:
    """The first step, (batch, 1)."""
    first = b.op("operator.getitem", x, (slice(None), 0))
    column = b.op("expand_dims", first, -1)
    if x in b.texts:
        b.texts.update((first, column))
    return column


@step()
def string_lookup(b: Builder) -> None:
    known = b.rnd.sample(TEXTS[:6], b.choose(3, 5))
    options = {"num_oov_indices": b.choose(1, 1, 2)} | b.sometimes(0.5, mask_token="")
    b.ids.update(b.layer("StringLookup", _texts(b), vocabulary=known, **options))


@step()
def string_lookup_encoded(b: Builder) -> None:
    mode = b.choose("multi_hot", "count")
    b.layer("StringLookup", _texts(b), vocabulary=TEXTS[:4], output_mode=mode)


@step(1.5)
def text_vectorization(b: Builder) -> None:
    options = b.sometimes(
        0.5,
        standardize=lambda: b.choose("lower", "strip_punctuation", None),
        ngrams=lambda: b.choose(2, (1, 2)),
    ) | b.sometimes(0.2, split="character")
    texts = _texts(b)
    if b.chance(0.7):
        # Were it left open, Keras would take it for as many steps as the inputs have.
        options["output_sequence_length"] = b.steps or 4
        b.ids.update(b.layer("TextVectorization", _column(b, texts), vocabulary=TOKENS, **options))
    else:  # of (batch, 1) Keras says another shape than it gives
        mode = b.choose("multi_hot", "count")
        first = b.op("operator.getitem", texts, (slice(None), 0))
        b.texts.add(first)
        b.layer("TextVectorization", first, vocabulary=TOKENS, output_mode=mode, **options)


@step(0.7)
def hashing_of_texts(b: Builder) -> None:
    options = b.sometimes(0.3, mask_value="good", salt=17)
    b.ids.update(b.layer("Hashing", _texts(b), num_bins=WORDS - 1, **options))


@step(1.5)
def hashed_crossing(b: Builder) -> None:
    """Of columns: ids, strings, or one of each."""
    columns = [_column(b, x) for x in (_crossed(b), _crossed(b))]
    if b.chance(0.6):
        b.ids.update(b.layer("HashedCrossing", columns, num_bins=WORDS))
    else:
        b.layer("HashedCrossing", columns, num_bins=WORDS, output_mode="one_hot")


def _crossed(b: Builder) -> Ref:
    return _texts(b) if b.chance(0.4) else sentence(b)
