"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Waveforms are in counts of 1/512 of a channel's full scale, times in samples of 400 ns or in blocks of 140 of them.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""Channels, their number of samples and the families of faults are sourced; shapes and sizes are assumed."""

ASSUMPTIONS: tuple[str, ...] = (
    "Waveforms are made as means of blocks of 140 samples (of 4,500, the last 20 are left out): 32 a channel; 20 kHz "
    "switching is averaged away, and nothing faster than a block is modelled.",
    "A pulse: bank voltage that droops by 4 %, modulator voltage and current with a flat top of 23 blocks between "
    "edges of two, IGBT currents that follow the modulator's, flux of a phase as the integral of its currents' "
    "imbalance, dV/dt at both edges.",
    "Healthy pulses vary together: set voltage by 2 % (the currents follow by the 3/2 power, a klystron's), droop by "
    "15 %, edges by 0.05 blocks, gains of the three phases by 1.5 %, offsets of the fluxes by 2 %, and a ripple of 360 "
    "Hz of 0.5 % and any phase on the bank. All are Gaussian and independent, except that temperature moves the gains "
    "of all phases by another 1 %.",
    "Four kinds of modulator (RFQ, DTL, CCL, SCL), a quarter each, differ in pulse length by up to two blocks and in "
    "set voltage by up to 5 %; the reference waveform of its kind is subtracted before the network.",
    "Noise is white and Gaussian, 0.3 % of full scale a block.",
    "Six families of fault precursors, equally frequent, each of a size that is log-flat from 0.5 % to 15 % of full "
    "scale, so that some drown in the noise: IGBT (one of six currents sags from some block on, its partner takes "
    "half), driver (a phase's currents come early or late, by 12 blocks times the size), "
    "flux (one phase's flux walks off, its currents rise at the end), capacitor bank (more droop, more bank current), "
    "dV/dt (ringing after the edges), SCR (a phase of the supply is missing: 120 Hz on the bank).",
    "Pulses are independent: what lasts over many pulses counts once.",
)

# --- Read-out [aims-umich/pyMAISE, pyMAISE/datasets/_handler.py; physics: arXiv 2304.10639, 2605.31259] --------------
SAMPLES = 4_500
"""Of a channel in one pulse."""
CHANNELS = (
    "A+ IGBT I",
    "A+* IGBT I",
    "B+ IGBT I",
    "B+* IGBT I",
    "C+ IGBT I",
    "C+* IGBT I",
    "A flux",
    "B flux",
    "C flux",
    "Mod V",
    "Mod I",
    "CB I",
    "CB V",
    "dV/dt",
)
"""In the order of the public data set's description."""
PULSES_HZ = 60.0
"""Of the Spallation Neutron Source."""
MODULATORS = 15
"""HVCMs that the public data come from [pyMAISE, docs/source/benchmarks/anomaly.ipynb]."""
PUBLISHED_ROC_AUC, PUBLISHED_PR_AUC = 0.934, 0.816
"""Pooled, of a supervised convolutional network on the public measured data [arXiv 2605.31259]; ours are other data."""

# --- What firmware reads ---------------------------------------------------------------------------------------------
BLOCK, BLOCKS = 140, 32
"""Samples averaged, and averages of a channel: 32 x 140 = 4,480 of 4,500."""
FULL_SCALE = 512
"""Counts."""
COUNT_BITS = 9
"""Of the difference to the reference, with its sign; larger ones saturate at half of full scale."""
COUNT_MAX = 2 ** (COUNT_BITS - 1) - 1

# --- A healthy pulse (assumed) ---------------------------------------------------------------------------------------
KINDS = ("RFQ", "DTL", "CCL", "SCL")
LENGTHS = (22.0, 23.0, 24.0, 23.5)
"""Blocks of the flat top, by kind."""
VOLTAGES = (0.78, 0.80, 0.82, 0.76)
"""Set voltage, parts of full scale."""
START, EDGE = 4.0, 2.0
"""Blocks."""
DROOP = 0.04
VOLTAGE_SPREAD, DROOP_SPREAD, EDGE_SPREAD = 0.02, 0.15, 0.05
PHASE_SPREAD, COMMON_SPREAD, FLUX_SPREAD = 0.015, 0.010, 0.02
RIPPLE, RIPPLE_HZ = 0.005, 360.0
NOISE = 0.003

# --- Fault precursors (assumed sizes; families of the public data set [pyMAISE]) -------------------------------------
FAULTS = ("igbt", "driver", "flux", "bank", "dvdt", "scr")
SIZE = (0.005, 0.15)
"""Parts of full scale."""
BLOCK_S = 140 * 400e-9
"""Duration of a block, seconds, at 400 ns a sample (assumed: 4,500 samples in 1.8 ms)."""
