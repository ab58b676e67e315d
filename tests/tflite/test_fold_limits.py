"""ReLUs with a ceiling become ReLU6, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.tflite.making.fold_limits import fold_limits
from fpgaml.tflite.making.network import FloatNetwork, Step

RNG = np.random.default_rng(7)


def _dense(name: str, source: str, inputs: int, outputs: int) -> Step:
    arrays = {"kernel": RNG.normal(size=(inputs, outputs)), "bias": RNG.normal(size=outputs)}
    return Step(name, "matmul", (source,), (outputs,), arrays={k: v.astype(np.float32) for k, v in arrays.items()})


def _capped(source: str, size: int, ceiling: float) -> tuple[Step, Step]:
    high = {"high": np.full((1, 1), ceiling, np.float32)}
    relu = Step(f"{source}_relu", "relu", (source,), (size,))
    return relu, Step(f"{source}_capped", "clip", (relu.name,), (size,), arrays=high)


def _network() -> FloatNetwork:
    steps = (
        _dense("one", "x", 4, 6),
        *_capped("one", 6, 0.984375),
        Step("flat", "reshape", ("one_capped",), (6,)),
        _dense("two", "flat", 6, 5),
        *_capped("two", 5, 2.5),
        _dense("three", "two_capped", 5, 2),
    )
    return FloatNetwork({"x": (4,)}, steps, ("three",), ("three",))


def _run(network: FloatNetwork, x: np.ndarray) -> list[np.ndarray]:
    """The network in float64."""
    values = {"x": x}
    for step in network.steps:
        given = values[step.inputs[0]]
        values[step.name] = {
            "matmul": lambda g=given, s=step: g @ s.arrays["kernel"] + s.arrays["bias"],
            "relu": lambda g=given: np.maximum(g, 0),
            "relu6": lambda g=given: np.clip(g, 0, 6),
            "clip": lambda g=given, s=step: np.minimum(g, s.arrays["high"]),
            "times": lambda g=given, s=step: g * s.arrays["value"],
            "reshape": lambda g=given: g,
        }[step.kind]()
    return [values[name] for name in network.outputs]


def test_the_function_stays_and_the_minimum_goes() -> None:
    network = _network()
    folded = fold_limits(network)
    assert [step.kind for step in folded.steps] == ["matmul", "relu6", "reshape", "matmul", "relu6", "matmul"]
    x = RNG.normal(size=(200, 4)) * 2
    capped = _run(replace(network, outputs=("one_capped",)), x)[0]
    assert (capped == np.float32(0.984375)).any()
    np.testing.assert_allclose(_run(folded, x)[0], _run(network, x)[0], rtol=1e-5, atol=1e-5)


def test_a_result_that_others_read_too_is_restored() -> None:
    network = _network()
    network = replace(network, outputs=("three", "two_capped"), names=("three", "capped"))
    folded = fold_limits(network)
    assert [step.kind for step in folded.steps if step.kind == "times"] == ["times"]
    x = RNG.normal(size=(50, 4)) * 2
    for got, wanted in zip(_run(folded, x), _run(network, x), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


def test_a_layer_that_others_read_before_its_limit_stays_as_it_is() -> None:
    network = replace(_network(), outputs=("three", "one", "two"), names=("three", "one", "two"))
    assert fold_limits(network) is network
