"""Dropout and its kin, at inference."""

from functools import partial

from keras import layers

from ..experiment import Experiment
from ..patterns import cases, sequences

LAYERS = {
    "dropout": partial(layers.Dropout, 0.4),
    "spatial_dropout1d": partial(layers.SpatialDropout1D, 0.4),
    "gaussian_dropout": partial(layers.GaussianDropout, 0.4),
    "gaussian_noise": partial(layers.GaussianNoise, 0.4),
    "alpha_dropout": partial(layers.AlphaDropout, 0.4),
    "activity_regularization": partial(layers.ActivityRegularization, l1=0.1, l2=0.2),
}


def at_inference(make: partial) -> list[Experiment]:
    return [Experiment("plain", make, sequences(), cases(), ("mean", "lstm"))]


EXPERIMENTS = {name: partial(at_inference, make) for name, make in LAYERS.items()}
