"""Records the published network's own answers to the held-out windows: `python -m fpgaml_models.radio_neutrino.given`.

It runs in an environment with Keras and HGQ2, which the network was made with. Nothing is trained here.
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import hgq.layers  # noqa: F401  its layers are known to Keras then
import keras
from fpgaml_models.common import saving
from fpgaml_models.common.fitting import predict

from .data import to_input
from .events import held_out
from .task import GIVEN, TASK


def main() -> None:
    """Write recorded.npz beside the network."""
    network = TASK.network(GIVEN)
    assert network is not None
    model = keras.models.load_model(network.quantised_file(TASK.weights), compile=False, safe_mode=True)
    x = to_input(held_out(TASK.held_out_events).counts)
    saving.save_answers(network.answers_file(TASK.weights), x, predict(model, x))


if __name__ == "__main__":
    main()
