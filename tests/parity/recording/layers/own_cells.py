"""Cells of our own, as a user of Keras writes them."""

from typing import Any

import keras
from keras import ops


class OwnCell(keras.layers.Layer):
    """A cell with a kernel and a recurrent kernel."""

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), name="recurrent_kernel"
        )

    def get_config(self) -> dict:
        return super().get_config() | {"units": self.units}


@keras.saving.register_keras_serializable()
class MinimalRNNCell(OwnCell):
    """The cell of Keras' own documentation of RNN."""

    @property
    def state_size(self) -> int:
        return self.units

    def call(self, inputs: Any, states: list) -> tuple:
        output = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel)
        return output, [output]


@keras.saving.register_keras_serializable()
class ProjectedCell(OwnCell):
    """Two states, the second of which counts the kept steps from 1, and a narrower output."""

    @property
    def state_size(self) -> list[int]:
        return [self.units, 1]

    @property
    def output_size(self) -> int:
        return 2

    def get_initial_state(self, batch_size: Any = None) -> list:
        return [ops.zeros((batch_size, self.units)), ops.ones((batch_size, 1))]

    def call(self, inputs: Any, states: list) -> tuple:
        h = ops.tanh(
            ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel)
        )
        count = states[1]
        return h[:, :2] * count, [h, count + 1]
