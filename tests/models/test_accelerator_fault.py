"""Modulator faults: waveforms, faults, conventional detectors, metrics, score by hand, own data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fpgaml_models.accelerator_fault import constants as c
from fpgaml_models.accelerator_fault.baseline import Calibrated, rms, sums_of_squares
from fpgaml_models.accelerator_fault.data import block_means, read_own
from fpgaml_models.accelerator_fault.generate import (
    HEALTHY,
    HELD_OUT,
    TEST,
    Settings,
    digitise,
    flat_top,
    generate,
    nominal,
    references,
    waveforms,
)
from fpgaml_models.accelerator_fault.metrics import alarms_a_day, precision_recall_area
from fpgaml_models.accelerator_fault.task import TASK

import fpgaml
from fpgaml.errors import FpgamlError
from fpgaml.graph.interpreter import interpret
from fpgaml.tasks import Sample
from fpgaml.tasks.columns import read_events


def test_the_reference_pulse() -> None:
    dtl = references()[c.KINDS.index("DTL")]
    voltage, current, bank = (dtl[:, c.CHANNELS.index(name)] for name in ("Mod V", "Mod I", "CB V"))
    # Before the pulse nothing, on its top the bank's voltage, 4 % lower at its end; the current is V to the 3/2.
    assert not voltage[:3].any() and not voltage[29:].any()
    assert voltage[10] == bank[10] == pytest.approx(0.8 * (1 - 0.04 * (10.5 - 4) / 23))
    assert current[10] == pytest.approx(voltage[10] ** 1.5)
    assert bank[-1] == pytest.approx(0.8 * 0.96)
    assert flat_top(nominal(np.array([1])))[0, 3:6].tolist() == pytest.approx([0.15625, 0.84375, 1.0])
    assert waveforms(nominal(np.array([1]))).shape == (1, 32, 14)


def test_healthy_pulses_vary_as_assumed() -> None:
    counts = generate(Settings(4000)).counts
    assert counts.shape == (4000, 32, 14) and np.array_equal(generate(Settings(7)).counts, counts[:7])
    assert not np.array_equal(generate(Settings(7, stream=HELD_OUT)).counts, counts[:7])
    bank = counts[:, 1, c.CHANNELS.index("CB V")]
    # Before the pulse the bank shows its set voltage: 2 % of 0.79, a ripple of 0.5 % and noise of 0.3 % of 512 counts.
    spread = 512 * np.sqrt((0.02 * 0.79) ** 2 + 0.005**2 / 2 + 0.003**2)
    assert bank.std() == pytest.approx(spread, rel=0.05)
    flux = counts[:, 1, c.CHANNELS.index("A flux")]
    assert flux.std() == pytest.approx(512 * np.hypot(0.02, 0.003), rel=0.05)
    assert digitise(np.array([0.0, 0.001, -0.001, 9.0, -9.0])).tolist() == [0, 1, -1, 255, -256]


def test_each_fault_is_where_it_should_be() -> None:
    """Without noise the channels that a large fault moves most, against a healthy spread of tens of counts."""
    where = {
        "igbt": set(c.CHANNELS[:6]),
        "driver": set(c.CHANNELS[:6]),
        "flux": set(c.CHANNELS[6:9]),
        "bank": {"CB I", "CB V"},
        "dvdt": {"dV/dt", "Mod V"},
        "scr": {"CB V", "Mod V", "Mod I"},
    }
    healthy = np.sqrt((generate(Settings(2000, noise=0.0)).counts.astype(float) ** 2).mean(axis=(0, 1)))
    for family, channels in where.items():
        pulses = generate(Settings(2000, family, noise=0.0))
        assert pulses.size.min() >= 0.005 and pulses.size.max() <= 0.15
        large = pulses.counts[pulses.size > 0.1].astype(float)
        ratio = np.sqrt((large**2).mean(axis=1)) / healthy
        most = {c.CHANNELS[place] for place in ratio.argmax(axis=1)}
        named = np.mean([c.CHANNELS[place] in channels for place in ratio.argmax(axis=1)])
        assert named > 0.8, (family, most)
    with pytest.raises(FpgamlError, match="is none of healthy, igbt"):
        Settings(1, "fire")


def test_baselines_by_hand() -> None:
    counts = np.zeros((2, 32, 14), np.int16)
    counts[0, 3, 5], counts[1, :, 2] = -256, 3
    assert sums_of_squares(counts)[0, 5] == 65536 and rms(counts).tolist() == [65536, 288]
    healthy = generate(Settings(4000)).counts
    known = Calibrated.of(healthy)
    over = (sums_of_squares(healthy) > known.limits).mean(axis=0)
    assert over == pytest.approx([0.01] * 14, abs=0.001)
    assert known.channel_limits(counts)[1] == (288 << 16) // known.limits[2]
    # Against the projection in real numbers.
    flat = healthy[:50].reshape(50, -1) - known.mean
    axes = known.components / 4096
    assert axes @ axes.T == pytest.approx(np.eye(14), abs=2e-3)
    wanted = (flat**2.0).sum(axis=1) - ((flat @ axes.T) ** 2).sum(axis=1)
    assert known.residual(healthy[:50]) / 2**24 == pytest.approx(wanted)


def test_precision_by_hand() -> None:
    # At the score 3 all that fires is one of two faults; at 1 both fire with one of two healthy pulses.
    area = precision_recall_area(np.array([3.0, 1.0]), np.array([2.0, 0.0]), 0.5)
    assert area == pytest.approx((1 + 1 / 1.5) / 2)
    assert precision_recall_area(np.array([3.0, 1.0]), np.array([2.0, 0.0]), 0.1) == pytest.approx((1 + 0.1 / 0.55) / 2)
    assert alarms_a_day(1e-4) == pytest.approx(518.4)


def test_the_score_is_the_mean_square_of_what_is_not_restored() -> None:
    """The Graph holds the whole chain: its score is that of the pulse that it restores, to the last bit."""
    graph = fpgaml.load(TASK.weights / "quantised.keras").graph
    (restored,) = (node.name for node in graph.nodes if node.name == "restored")
    x = TASK.held_out(2_000).x[::40]
    events = read_events(graph, x)
    (score,) = interpret(graph, events).values()
    pulses = interpret(replace(graph, outputs=(restored,)), events)[restored].to_float()
    assert np.array_equal(pulses, np.round(pulses)) and np.abs(pulses).max() <= 256
    assert np.array_equal(32 * score.to_float().reshape(-1), ((x - pulses) ** 2).sum(axis=(1, 2)))
    # What is healthy is restored to within the noise: 512 x 0.3 % and the rounding of both.
    noise = np.hypot(512 * 0.003, 1 / np.sqrt(6))
    assert np.median(np.std(x[:25] - pulses[:25], axis=(1, 2))) == pytest.approx(noise, rel=0.1)


def test_metrics_of_simple_scores() -> None:
    parts = list(TASK.parts(Sample(scale=0.03)))
    assert sum(len(part.x) for part in parts) == TASK.count(Sample(scale=0.03)) == 3000 + 6 * 120
    assert list(dict.fromkeys(part.name for part in parts)) == [HEALTHY, *c.FAULTS]
    truth: dict[str, dict[str, np.ndarray]] = {}
    answers: dict[str, dict[str, np.ndarray]] = {name: {} for name in parts[0].baselines}
    for name in (HEALTHY, *c.FAULTS):
        own = [part for part in parts if part.name == name]
        truth[name] = {"size": np.concatenate([part.truth["size"] for part in own])}
        for column, held in answers.items():
            held[name] = np.concatenate([part.baselines[column] for part in own])
    answers["graph"] = {name: -array for name, array in answers["rms"].items()}
    found = {name: json.loads(json.dumps(TASK.measure(truth, answers, name), allow_nan=False)) for name in answers}
    area = {name: one["pooled"]["value"] for name, one in found.items()}
    assert area["graph"] == pytest.approx(1 - area["rms"]) and area["projection"] > area["rms"] > 0.5
    assert found["rms"]["detection"][-1] is None and found["rms"]["detection"][1]["false_positives"]["passing"] <= 90
    rates = [one["efficiency"]["value"] for one in found["projection"]["detection"][:3]]
    assert rates == sorted(rates, reverse=True)
    rows = TASK.rows(found)
    assert rows[0].headline and rows[0].values["rms"].value == area["rms"]
    assert rows[-1].values["rms"].text == "none"
    assert len(TASK.panels(found)) == 1  # 3,000 pulses do not state a rate of 1e-3


def test_own_waveforms(tmp_path: Path) -> None:
    path, rng = tmp_path / "own.npz", np.random.default_rng(1)
    kind, fault = rng.integers(0, 2, 60), (np.arange(60) % 4 == 0).astype(np.int64)
    samples = np.full((60, c.SAMPLES, 14), 100.0) * (1 + kind[:, None, None]) + 10 * fault[:, None, None]
    samples[:, c.BLOCK * c.BLOCKS :] = 1e6  # the last 20 are left out
    np.savez(path, waveforms=samples, fault=fault, kind=kind)
    assert (block_means(samples)[:, 0, 0] == samples[:, 0, 0]).all()
    own = read_own(path, 1)
    # 10 of a full scale of 200, in 512 counts; healthy pulses are their own reference.
    assert set(own.faulty.ravel()) == {26} and not own.healthy.any() and not own.training.any()
    assert len(own.healthy) + len(own.faulty) == 18 == TASK.count(Sample(data=path))
    assert {part.name for part in TASK.parts(Sample(data=path))} == {HEALTHY, "fault"}
    for changed, says in (
        ({"waveforms": samples[:, :100]}, "shape"),
        ({"fault": fault[:5]}, "60 pulses"),
        ({"fault": fault * 0}, "one class"),
        ({"kind": np.where(fault, 7, kind)}, "7 has no healthy pulse"),
    ):
        np.savez(path, **{"waveforms": samples, "fault": fault, "kind": kind} | changed)
        with pytest.raises(FpgamlError, match=says):
            read_own(path, 1)


def test_held_out_pulses_are_half_faulty() -> None:
    held = TASK.held_out(100)
    assert held.labels is not None and held.labels.sum() == 50 and held.x.shape == (100, 32, 14)
    test = {one.tobytes() for one in generate(Settings(200, stream=TEST)).counts.astype(np.float32)}
    assert not any(one.tobytes() in test for one in held.x)
