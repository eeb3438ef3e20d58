#!/usr/bin/env python3
"""Records what Keras 3.15.1 computes, layer by layer, and which masks come out.

    pip install -r requirements.txt
    python record.py [--out FOLDER] [NAME...]        NAME as in data/NAME.json; default: everything

Two runs on one machine write the same bytes. Every file is JSON with one record per line; the tensors it names
lie beside it in a safetensors file (F32, I32, BOOL; equal tensors are kept once, so names may repeat). In all
files "keras_version" is "3.15.1" and "tensors" the safetensors file. Tensors of strings are in "strings": {name:
{"shape", "values": flat}}, which is left out if there are none. Written below: T a tensor's name, M a mask: T or null
for none; [x] a list of x.

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

A model: data/two_encoder_blocks.json, seq2seq.json, models_per_step.json, behind_attention.json
    "inputs", "outputs": names, in order
    "model": {"class_name": "Functional", "config": Keras' get_config(), mask ops included,
              "weights": [{"path": as in Keras' weight file, the variable's name in place of its number,
                           "layer": name of the layer, "variable": path inside that layer, "tensor": T}]}
    "cases": [{"name", "inputs": [T],
               "keras": [{"values": T, "mask": M}]      each output of the model, as Keras runs it
               "intended": [{"values": T, "mask": M}]}] the same layers wired so that no accident strikes
    two_encoder_blocks: right_N, left_N and holes_N are the same sentences padded to N steps. Intended values at
    kept steps do not depend on the padding; Keras' do, as attention takes the mask off the residual stream.
    seq2seq: SOURCE_TARGET tell how the two inputs are padded. Keras' decoder runs unmasked, as it has an
    initial_state; the intended one gets its mask.

The guide "Understanding masking & padding": data/guide.json
    "cells": {name: {...}}; in a cell "values" and "mask" are its result, {"values", "mask"} an inner one, and
        "ids": T, or [T, T]
        "embedding": {"input_dim", "output_dim", "rows": T, "values": T}   mask_zero; all other rows are 0
        "embeddings": T                                                    the whole table
        "lstm", "dense": [{"path", "tensor"}]                              LSTM(32), Dense(1)
    pad_sequences            "raw": lists of ids, "post": T, "pre": T
    embedding, masking       one layer; "inputs": T
    embedding_lstm, my_layer Sequential, Functional and a layer passing mask= all give "values"; "parameters": count
    temporal_split           "inputs": {"values", "mask"}, "halves": [{"values", "mask"}]
    custom_embedding         lookup in "embeddings"
    my_activation            Embedding, relu ("activated"), LSTM
    temporal_softmax_formula "inputs": {"values", "mask"}; "guide": exp(x) m / sum(x m) as the guide writes it,
                             "corrected": exp(x) m / sum(exp(x) m), both over the steps
    temporal_softmax         Embedding(10, 32), Dense(1) ("logits"), and both formulas
    concatenate_steps        both ids through one Embedding, Concatenate(axis=1) ("concatenated"), LSTM

Configurations: data/configs.json, without tensors
    "layers": [{"class_name", "config": what Keras' serialize_keras_object() gives, and a few keys more}]

All layers: data/all_layers.json, in the order of docs/layers.md
    "layers": {name: LAYER, without weights}
    "classes": [{"class_name": as in files, "aliases": other names in keras.layers, "family", "words": for the page,
                 "trials": [TRIAL]}]       the first trial is the layer as it is mostly used; none: it is not called
TRIAL  {"layer": key in "layers", "when": what is not as usual,
        "inputs", "masks", "options": as in CASE, with masks; the same call without masks was made too
        "keras": FACTS, "intended": "same" or FACTS}
FACTS  {"mask_in": "used" if the values depend on the masks, or "ignored"
        "mask_out": of the first output: "passed", "changed", "made" (unmasked inputs give one too), "ended" or
                    "destroyed" (without or with a warning), or "stays" (passed, with a warning)
        "takes_off": the call took masks off its input tensors
        "mask": M, of the first output}
       or {"error": Python class, "mask": null}

Operations: data/operations.json
    "functions": [{"name": in keras.ops, "module", "class_name": of the operation in a graph, or null if there is none}]
    "cases": [{"name", "module", "class_name", "config", "args", "kwargs": as in a file of Keras, with
               {"class_name": "__argument__", "config": i} where input i stands, "inputs": [T], "outputs": [T]}]

Files of whole models: data/files.json, and data/files/*.keras and *.h5, which hold the date of their making
    "models": [{"file", "inputs", "outputs": Keras' names, in order,
                "cases": [{"name", "inputs": [T], "outputs": [{"values": T, "mask": M}]}]}]
    with_lambda.keras and with_unknown_class.keras are to be refused.

pad_sequences: data/pad_sequences.json, without tensors
    "cases": [{"name", "sequences", "arguments": {name: value},
               "result": nested list, "shape": [int], "dtype": NumPy's name   or   "error": {"type", "message"}}]
    What JSON does not know is an object: {"array": list, "dtype"}, {"numpy": int, "dtype"}, {"tuple": list},
    {"set": list}, {"iterator": []} (no length), {"type": "object"} (the Python type), {"float": "nan"}.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from recording.all_layers import record_all_layers
from recording.configs import record_configs
from recording.files import record_files
from recording.guide import record_guide
from recording.layers import EXPERIMENTS
from recording.models import MODELS, record_model
from recording.operations import record_operations
from recording.padding import record_padding
from recording.recorder import record_layer

DATA = Path(__file__).parent / "data"


def recorders(folder: Path) -> dict[str, Callable[[], int]]:
    """File name -> what writes that file and returns the number of its cases."""
    layers = {name: partial(record_layer, folder, name, make) for name, make in EXPERIMENTS.items()}
    models = {name: partial(record_model, folder, name, make) for name, make in MODELS.items()}
    others = {
        "all_layers": record_all_layers,
        "guide": record_guide,
        "pad_sequences": record_padding,
        "configs": record_configs,
        "operations": record_operations,
        "files": record_files,
    }
    return (
        layers | models | {name: partial(record, folder, name) for name, record in others.items()}
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="what to record (default: everything)")
    parser.add_argument("--out", type=Path, default=DATA, help="folder to write to")
    options = parser.parse_args()
    known = recorders(options.out)
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or known:
        print(f"{name}: {known[name]()} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
