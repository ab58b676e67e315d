"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Energies are in GeV, times in ns. Public code under the GPL was read for its numbers alone.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""The electronics (pulse, crosstalk, noise, ADC) is sourced; the energy spectra and the occupancy are assumed."""

ASSUMPTIONS: tuple[str, ...] = (
    "Minimum bias: deposits per cell and bunch crossing are Poisson distributed, independent between cells; a deposit "
    "has an exponential energy. Its mean follows from the total pile-up RMS of a sample, stated as 150 MeV at mu = 200 "
    "in an unbroken train; no public per-cell spectrum was found.",
    "Occupancy: a collision deposits energy in a cell of the middle layer with probability 1e-3.",
    "Bunch trains: 72 filled crossings and 8 empty ones, four times, then 30 more empty ones, repeated.",
    "Collisions of minimum bias are spread by 0.2 ns in time (Gaussian).",
    "Signal showers: energy log-flat from 0.5 to 50 GeV, in 3 % of the filled crossings, uniform within 2 ns, "
    "impact point uniform over the 3 x 3 middle cells; lateral profile R^2 / (pi (r^2 + R^2)^2) with R = 0.3 cells.",
    "All cells of a shower have its time: the constant delays of cells (below 0.1 ns) are calibrated away.",
    "Electronics noise is white and Gaussian, 60 MeV a sample (the middle layer's), the same in every cell.",
    "One ADC gain: the least significant bit is 2^-8 GeV of a pulse's unit amplitude, pedestal 900 counts.",
    "Crosstalk is capacitive (four edge neighbours) and inductive (eight neighbours), both with the derivative-like "
    "pulse; resistive crosstalk (1.0 %), whose neighbours and pulse are not published, is left out.",
)

# --- The collider and the read-out -------------------------------------------------------------------------------
CROSSING_NS = 25.0
"""Distance of bunch crossings and of samples: 40 MHz, 40 MS/s [Comput. Softw. Big Sci. 2021, s41781-021-00066-y]."""
PILEUP_MEANS = (140.0, 200.0)
"""Mean collisions per bunch crossing at the HL-LHC [s41781-021-00066-y]."""
ADC_BITS = 15
"""[A Radiation-Hard 8-Channel 15-Bit 40-MSPS ADC for the ATLAS LAr Calorimeter Readout]."""
ADC_PEDESTAL = 900
"""Counts [mssandes/crosstalk, XTconstants.py: g_ADCpedestal]."""
ADC_LSB_GEV = 2.0**-8
"""Assumed; a power of two, so that a network's input in GeV is an exact fixed-point number. Full scale: 124 GeV."""
CHANNELS_PER_FPGA = 384
"""Cells per FPGA [arXiv 2302.07555]."""
LATENCY_LIMIT_NS = 125.0
"""[arXiv 2302.07555]."""

# --- The ionisation pulse: preamplifier and CR-(RC)^2 shaper [mssandes/crosstalk, functions.py: cellFunction] -------
DRIFT_NS = 420.0
SHAPER_NS = 15.82
PREAMPLIFIER_NS = 17.31
FEEDBACK_RESISTANCE = 0.078
"""R_f, as the source gives it (it sets the pulse's scale only)."""
DETECTOR_CAPACITANCE = 50.0
"""C_1, as the source gives it (it sets the pulse's scale only)."""

# --- The crosstalk pulse [mssandes/crosstalk, functions.py: XTalk] ---------------------------------------------------
CROSSTALK_CAPACITANCE = 47.0
"""C_x, as the source gives it (scale only)."""
INPUT_RESISTANCE = 1.20
"""R_in, as the source gives it (scale only)."""
CROSSTALK_NORMALISATION = 0.02242
"""Makes the crosstalk pulse's peak one."""
CAPACITIVE_CROSSTALK = 0.040
"""Fraction of the energy of each of the four edge neighbours [mssandes/crosstalk, XTconstants.py: g_AmpXt_C]."""
INDUCTIVE_CROSSTALK = 0.023
"""Fraction of the energy of each of the eight neighbours [mssandes/crosstalk, XTconstants.py: g_AmpXt_L]."""

# --- Check values, calculated from the sources' formulas -----------------------------------------------------------
PULSE_CHECK = {25: 0.6036, 50: 0.9843, 75: 0.6345, 100: 0.2270, 125: -0.0119, 150: -0.1189, 200: -0.1745}
"""ns from the pulse's start: amplitude."""
PULSE_PEAK = (46.5, 0.9916)
"""ns, amplitude."""
CROSSTALK_CHECK = {25: 0.8950, 50: 0.5370, 75: -0.3555, 100: -0.5711, 125: -0.4082}
"""ns from the pulse's start: amplitude."""

# --- Optimal filtering, published coefficients [mssandes/crosstalk, functions.py: OptFilt] -------------------------
PUBLISHED_ENERGY_COEFFICIENTS = (0.3227028, 0.5390962, 0.3881769, 0.1247128)
PUBLISHED_TIME_COEFFICIENTS = (-15.31452, -4.724544, 16.791813, 14.272150)
"""ns; both for samples 25, 50, 75 and 100 ns after the pulse's start."""
GOLDEN_ENERGY = 0.99999991
GOLDEN_TIME_NS = 1.5e-6
"""What the published coefficients give on the closed-form pulse."""

# --- Noise and pile-up ---------------------------------------------------------------------------------------------
NOISE_GEV = 0.060
"""RMS a sample, middle layer of the barrel [lorenzetti-hep/lorenzetti, commit 5929bb1: EMB2]."""
PULSE_CROSSINGS = 25
"""Crossings that a pulse lasts (600 ns): up to 25 pulses overlap [s41781-021-00066-y]."""
PILEUP_RMS_GEV = 0.150
"""Assumed: RMS of a sample from out-of-time and in-time collisions at mu = 200, in an unbroken train."""
PILEUP_RMS_AT = 200.0
"""The mean number of collisions that PILEUP_RMS_GEV is stated at."""
OCCUPANCY = 1e-3
"""Assumed: deposits per collision in one cell."""
COLLISION_SPREAD_NS = 0.2
"""Assumed."""
TRAIN_FILLED, TRAIN_EMPTY, TRAINS, LONG_EMPTY = 72, 8, 4, 30
"""Assumed: crossings of one train, of the gap after it, trains in a group, further empty crossings after a group."""

# --- Signal showers --------------------------------------------------------------------------------------------------
SHOWER_ENERGY_GEV = (0.5, 50.0)
"""Assumed; the upper end is the source's cluster energy [mssandes/crosstalk: g_E0]."""
SHOWER_RATE = 0.03
"""Assumed: showers per filled crossing."""
SHOWER_TIME_NS = 2.0
"""Assumed: showers come within plus or minus this time."""
SHOWER_RADIUS_CELLS = 0.3
"""Assumed: half of a shower's energy lies within; the profile's form is Grindhammer and Peters' [hep-ex/0001020]."""
CELLS = 5
"""Cells along a side of the recorded cluster [mssandes/crosstalk: 5 x 5 cells are the networks' input]."""
PREVIOUS_PULSE_GEV = 0.5
"""Assumed: a deposit from this energy on counts as a previous pulse when distances are stated."""
