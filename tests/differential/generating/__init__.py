"""Random Keras models, and Domino beside them. Import this before anything of Keras: it sets Keras up."""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "parity"))

import recording  # noqa: E402  (Keras 3.15.1, one thread, deterministic)

start_afresh = recording.start_afresh
gc.freeze()  # what is imported stays; else it is gone through once per graph
