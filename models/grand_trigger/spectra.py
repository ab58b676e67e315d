"""What has a spectrum: the sky's noise temperature, the receiving chain's pass band, an air shower's pulse."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import constants as c

Floats = NDArray[np.float64]


def galactic_temperature(frequency_mhz: ArrayLike) -> Floats:
    """Brightness temperature of the sky in kelvin, frequencies in MHz above 0.

    I = I_g f^-0.52 (1 - exp(-t)) / t + I_eg f^-0.80 exp(-t) with t = 5.0 f^-2.1, and T = I c^2 / (2 k f^2).
    """
    f = np.asarray(frequency_mhz, dtype=np.float64)
    opacity = c.OPACITY * f**c.OPACITY_INDEX
    galactic = c.GALACTIC_BRIGHTNESS * f**c.GALACTIC_INDEX * -np.expm1(-opacity) / opacity
    extragalactic = c.EXTRAGALACTIC_BRIGHTNESS * f**c.EXTRAGALACTIC_INDEX * np.exp(-opacity)
    return np.asarray((galactic + extragalactic) * c.SPEED_OF_LIGHT**2 / (2 * c.BOLTZMANN * (f * 1e6) ** 2))


def matched_voltage(temperature: ArrayLike, frequency_mhz: ArrayLike) -> float:
    """RMS voltage in V across a matched load: the root of the integral of k T R over the frequencies (trapezoid)."""
    density = c.BOLTZMANN * c.LOAD_OHM * np.asarray(temperature, dtype=np.float64)
    f = np.asarray(frequency_mhz, dtype=np.float64) * 1e6
    return float(np.sqrt(np.sum((density[1:] + density[:-1]) / 2 * np.diff(f))))


def butterworth_band(frequency_mhz: ArrayLike) -> NDArray[np.complex128]:
    """Complex response of the receiving chain: a causal Butterworth band-pass, 1 in the band, 0 at frequency 0."""
    low, high = c.BAND_MHZ
    f = np.asarray(frequency_mhz, dtype=np.float64)
    positive = np.where(f > 0, f, 1.0)
    prototype = 1j * (positive**2 - low * high) / ((high - low) * positive)
    order = c.BUTTERWORTH_ORDER
    poles = np.exp(1j * np.pi * (2 * np.arange(1, order + 1) + order - 1) / (2 * order))
    response = 1 / np.prod(prototype[..., None] - poles, axis=-1)
    return np.where(f > 0, response, 0)


def noise_amplitude(frequency_mhz: Floats) -> Floats:
    """Relative amplitude of the noise behind the chain at evenly spaced frequencies: its squares add up to 1."""
    positive = frequency_mhz > 0
    temperature = galactic_temperature(np.where(positive, frequency_mhz, 1.0)) + c.RECEIVER_KELVIN
    power = np.where(positive, temperature, 0) * np.abs(butterworth_band(frequency_mhz)) ** 2
    return np.asarray(np.sqrt(power / power.sum()))


def chain_gain_db(step_mhz: float = 0.05) -> float:
    """Voltage gain in dB that makes sky and receiver noise `NOISE_ADC` counts at the converter."""
    f = np.arange(step_mhz, c.SAMPLING_MHZ / 2, step_mhz)
    kelvin = (galactic_temperature(f) + c.RECEIVER_KELVIN) * np.abs(butterworth_band(f)) ** 2
    return float(20 * np.log10(c.NOISE_ADC * c.ADC_LSB_V / matched_voltage(kelvin, f)))


def shower_spectrum(frequency_mhz: Floats, slope: Floats, bend: Floats) -> NDArray[np.complex128]:
    """Spectra exp(-a f + b f^2) of phase 90 degrees, behind the chain: shape (events, frequencies)."""
    amplitude = np.exp(-slope[:, None] * frequency_mhz + bend[:, None] * frequency_mhz**2)
    return 1j * amplitude * butterworth_band(frequency_mhz)
