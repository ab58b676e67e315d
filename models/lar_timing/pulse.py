"""The ionisation and crosstalk pulses in closed form, with their time derivatives.

A triangular current 1 - t/T (T: drift time) passes electronics with the poles (1 + s a)^3 (1 + s b)^m, a: shaper, b:
preamplifier. With f the response to a unit impulse of those poles alone and F its integral, the ionisation pulse
(m = 1) is proportional to f(t) - [F(t) - F(t - T)] / T, and the crosstalk pulse (m = 2), which is once more
differentiated, to f'(t) - [f(t) - f(t - T)] / T. By partial fractions f is a sum of two exponentials times polynomials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

from . import constants as c

Times = NDArray[np.float64]
Pulse = Callable[[ArrayLike], Times]
"""Amplitude at a time in ns after the pulse's start; zero before it."""


@dataclass(frozen=True)
class Response:
    """For t >= 0: shaper(t) exp(-t / a) + preamplifier(t) exp(-t / b); zero before."""

    shaper: Polynomial
    preamplifier: Polynomial

    def __call__(self, time: ArrayLike) -> Times:
        """The response at times in ns."""
        t = np.asarray(time, np.float64)
        late = np.maximum(t, 0.0)
        slow = self.shaper(late) * np.exp(-late / c.SHAPER_NS)
        fast = self.preamplifier(late) * np.exp(-late / c.PREAMPLIFIER_NS)
        return np.where(t >= 0.0, slow + fast, 0.0)

    def derivative(self) -> Response:
        """d/dt for t > 0."""
        return Response(
            self.shaper.deriv() - self.shaper / c.SHAPER_NS,
            self.preamplifier.deriv() - self.preamplifier / c.PREAMPLIFIER_NS,
        )

    def remaining(self) -> Response:
        """The integral from t to infinity, for t >= 0."""
        return Response(_tail(self.shaper, c.SHAPER_NS), _tail(self.preamplifier, c.PREAMPLIFIER_NS))


def _tail(polynomial: Polynomial, decay: float) -> Polynomial:
    """Q with integral of P(u) exp(-u/decay) from t on = Q(t) exp(-t/decay): the sum of decay^(k+1) P^(k)."""
    total, term = Polynomial([0.0]), polynomial * decay
    for _ in range(polynomial.degree() + 1):
        total, term = total + term, term.deriv() * decay
    return total


def electronics(preamplifiers: int) -> Response:
    """The response to a unit impulse of 1 / ((1 + s a)^3 (1 + s b)^preamplifiers), preamplifiers 1 or 2."""
    a, b, m = c.SHAPER_NS, c.PREAMPLIFIER_NS, preamplifiers
    difference = a - b
    ratio = a * b / difference
    shaper = (a / difference) ** m / a**3 * np.array([m * (m + 1) / 2 * ratio**2, -m * ratio, 0.5])
    at_preamplifier = -((b / difference) ** 3) / b**m
    preamplifier = at_preamplifier * (np.array([1.0]) if m == 1 else np.array([3.0 * ratio, 1.0]))
    return Response(Polynomial(shaper), Polynomial(preamplifier))


@cache
def ionisation_pulse(derivative: int = 0) -> Pulse:
    """g(t), or its derivative (0 or 1), in 1 and 1/ns; unit energy gives a peak of 0.9916."""
    impulse = electronics(1)
    scale = c.FEEDBACK_RESISTANCE**2 * c.DETECTOR_CAPACITANCE * c.SHAPER_NS**2
    if derivative == 0:
        return _after_triangle(scale, impulse, impulse.remaining(), falling=True)
    return _after_triangle(scale, impulse.derivative(), impulse, falling=False)


@cache
def crosstalk_pulse(derivative: int = 0) -> Pulse:
    """The pulse that a neighbour induces, or its derivative (0 or 1), in 1 and 1/ns; its peak is one."""
    impulse = electronics(2)
    scale = c.CROSSTALK_CAPACITANCE * c.FEEDBACK_RESISTANCE * c.INPUT_RESISTANCE * c.SHAPER_NS
    scale /= c.CROSSTALK_NORMALISATION
    slope = impulse.derivative()
    if derivative == 0:
        return _after_triangle(scale, slope, impulse, falling=False)
    return _after_triangle(scale, slope.derivative(), slope, falling=False)


def _after_triangle(scale: float, head: Response, body: Response, falling: bool) -> Pulse:
    """scale * (head(t) - [B(t) - B(t - T)] / T), where B is body, or 1 - body for t >= 0 where body is what remains."""

    def pulse(time: ArrayLike) -> Times:
        t = np.asarray(time, np.float64)
        if falling:
            drifted = np.where(t >= 0.0, 1.0 - body(t), 0.0)
            shifted = np.where(t >= c.DRIFT_NS, 1.0 - body(t - c.DRIFT_NS), 0.0)
        else:
            drifted, shifted = body(t), body(t - c.DRIFT_NS)
        return scale * (head(t) - (drifted - shifted) / c.DRIFT_NS)

    return pulse


def sampled(pulse: Pulse, samples: int, first: int = 0) -> Times:
    """The pulse at 25 ns * (first, first + 1, ...), shape (samples,)."""
    return pulse(c.CROSSING_NS * np.arange(first, first + samples))
