#!/usr/bin/env python3
"""Records what Keras 3.15.1 computes, layer by layer, and which masks come out.

    pip install -r requirements.txt
    python record.py [--out FOLDER] [NAME...]        NAME as in data/NAME.json; default: everything

Two runs write the same bytes. Every file is JSON with one record per line; the tensors it names lie beside it
in a safetensors file (F32, I32, BOOL; equal tensors are kept once, so names may repeat). In all files
"keras_version" is "3.15.1" and "tensors" the safetensors file. Written below: T a tensor's name, M a mask:
T or null for none; [x] a list of x.

A layer: data/<layer>.json
    "consumers", "layers": {name: LAYER}
    "cases": [CASE]

LAYER  {"class_name", "config": what Keras' get_config() gives (wrapped layers keep Keras' nested objects),
        "weights": [{"path": attribute path and variable name, as in "cell/kernel", "tensor": T}]}
       All weights are random, biases and moving statistics included.

CASE   one call of a layer
    "name"       unique in the file
    "layer"      key in "layers"
    "continues"  true: called on the very layer object of the case before, whose state it finds (stateful layers);
                 false: on a fresh or reset layer
    "inputs"     [{"argument": name in call()'s signature, "list": bool, "tensors": [{"values": T, "mask": M}]}]
                 In the order they are passed: the first by position, all others by keyword. "mask" is what the
                 tensor carries. "list" false: exactly one tensor, passed as it is; true: passed as a list.
    "masks"      [{"argument": "mask", "query_mask"..., "list": bool, "tensors": [M]}]
                 Mask arguments, passed by keyword; usually empty. A null in a list is None at that place; a null
                 alone ("list" false) is a literal mask=None.
    "options"    {name: literal}, passed by keyword: return_attention_scores, use_causal_mask, ...
    "keras"      RESULT of the eager call under Keras' own rules, accidents included
    "intended"   "same", or the RESULT under the documented rules, where Keras has an accident
    "model"      "same" as "keras", or the RESULT of a Functional model under Keras' own rules: an Input for each
                 input tensor and explicit mask, the layer, the consumers. The tensors passed to the model carry
                 the masks.
    "model_made" only if some input is masked: the same, but the masks are made inside the model, so that they are
                 there when it is wired: WithMask()([x, m]), m an Input behind those of the tensors, hands on x + 0
                 (values unchanged) masked by m. WithMask overrides compute_mask(inputs, mask): return inputs[1].
    Under the documented rules models give what "intended" says.

RESULT {"outputs": [{"values": T, "mask": M}]   flat
        "list": bool                            whether the layer returned a list or tuple
        "consumed": [{"consumer": key in "consumers", "output": index into outputs, "values": T, "mask": M}
                  or {"consumer", "output", "error": ERROR}]
                                                consumer(output): the outputs of rank 3 are read by layers that use
                                                masks; NaN is a mean over no step
        "warned": bool                          Keras warned that the layer destroys a mask
        "keeps_masks": true | false | null}     false: the call took masks off its input tensors;
                                                null: no input was masked, or this is a model
    or {"error": ERROR}
ERROR  {"type": Python class, "message", "when": "call", or "build" if wiring the model fails}

Values may differ by rounding (1e-5); NaN equals NaN; masks are exact, dtype included.
"""

import argparse
import sys
from pathlib import Path

from recording.layers import EXPERIMENTS
from recording.recorder import record_layer

DATA = Path(__file__).parent / "data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="what to record (default: everything)")
    parser.add_argument("--out", type=Path, default=DATA, help="folder to write to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    unknown = set(options.names) - set(EXPERIMENTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(EXPERIMENTS)}")
    for name in options.names or EXPERIMENTS:
        print(f"{name}: {record_layer(options.out, name, EXPERIMENTS[name]())} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
