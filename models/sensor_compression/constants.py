"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Charges are in counts of 1/8 MIP (the signal of a minimum-ionising particle), lengths in pitches of trigger cells.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""Geometry, network, formats and links are sourced; what particles leave in a module is assumed."""

ASSUMPTIONS: tuple[str, ...] = (
    "A module is looked at in one layer and one bunch crossing; modules and crossings are independent.",
    "Pile-up: soft deposits of exponential energy, mean 2 MIP, uniform over the module and a margin of one pitch; "
    "their number is Poisson distributed about a mean that is log-flat from 3 to 40, a module's place in the endcap.",
    "Showers: none in 40 % of the events, one in 45 %, two in 15 %; energy in the layer log-flat from 10 to 1000 "
    "MIP, impact point as for pile-up.",
    "Lateral profile of a shower: a core with 70 % of the energy and a tail, each R^2 / (pi (r^2 + R^2)^2) in the "
    "density; R of the core is flat from 0.2 to 0.6 pitches (the layer's depth), R of the tail 1.6 pitches. Soft "
    "deposits have a core of 0.1 pitches alone.",
    "Energy fluctuates in each trigger cell with a Gaussian of variance 0.25 MIP times the energy.",
    "Electronics noise is white and Gaussian, 0.3 MIP a trigger cell; a count is 1/8 MIP, negative counts become 0.",
    "All bits of a crossing fit into 32 bits a link and crossing; headers and idle words are left out, for every "
    "algorithm alike. Threshold's events vary in length and are buffered: their mean fits.",
    "A module's sum travels beside what an algorithm sends: 9 bits with latent values, 8 bits with chosen cells.",
)

# --- A module [fastml-science, sensor-data-compression: telescope.py, networks.py, utils/metrics.py] ---------
CELLS = 48
"""Trigger cells of a module: three rhombi of 4 x 4, which make a hexagon."""
SIDE = 4
"""Trigger cells along a rhombus."""
IMAGE = 8
"""Rows and columns of the image that the network reads; its last quarter is empty."""
PITCH_CM = 2.4168
"""Distance of neighbouring trigger cells [utils/metrics.py: hexCoords, taken as centimetres]."""

# --- The published network [arXiv 2105.01683; networks.py: 8x8_c8_S2_qK] ----------------------------------------------
FILTERS, KERNEL, STRIDE = 8, 3, 2
LATENT = 16
PARAMETERS = 2_144
"""Weights and biases: 8 (3 x 3 + 1) + 16 (128 + 1)."""
INPUT_BITS, INPUT_INTEGER = 10, 1
"""Bits of a normalised charge [nBits_input: 10]; all are used here, since none is negative: 0 to below 2."""
WEIGHT_BITS = 6
"""With the sign [nBits_weight: 5, sign bit not included]."""
LATENT_BITS, LATENT_INTEGER = 9, 1
"""0 to below 2 [nBits_encod]."""
ACCUMULATED_BITS, ACCUMULATED_INTEGER = 11, 3
"""Between convolution and dense layer, at most [nBits_accum]."""
ASIC_AREA_MM2, ASIC_ENERGY_NJ, ASIC_POWER_MW = 3.6, 2.4, 95.0
"""65 nm CMOS with weights that can be loaded [arXiv 2105.01683, abstract]: beside ours, never compared with it."""

# --- Links and what they take -----------------------------------------------------------------------------------------
CROSSING_NS = 25.0
"""40 MHz [arXiv 2105.01683]."""
LINK_BITS = 32
"""Bits of one link a crossing: 1.28 Gb/s (assumed; no public page that gives it was found)."""
LINKS = (2, 3, 4, 5)
BEST_CELLS = {2: 4, 3: 6, 4: 9, 5: 14}
"""Cells that best choice sends, by links [fastml-science, train.py: nBC; CMSSW, hgcalConcentratorProducer_cfi.py]."""
SUM_FORMAT = (5, 4)
"""Exponent and mantissa bits of the sum beside latent values: 9 bits."""
CHOSEN_SUM_FORMAT = (5, 3)
"""Of the sum beside chosen cells: 8 bits, with which 14 cells of 7 bits and a map of 48 bits fit five links."""
CELL_FORMAT = (4, 3)
"""Of a chosen cell: 7 bits [CMSSW, hgcalConcentratorProducer_cfi.py: coarseTCCompression]."""
ADDRESS_BITS = 6
"""Of one of 48 cells."""
SUPER_FORMATS = {2: (4, 1), 3: (4, 4), 4: (4, 4), 5: (4, 5)}
"""Of the sum of 2 x 2 cells: the widest that fits; at most 4 + 5 bits [CMSSW: superTCCompression]."""
SUPER_ADDRESSED = {2: False, 3: False, 4: True, 5: True}
"""Whether two bits beside each sum say which of its cells is the hottest."""
LATENT_WIDTHS = {2: 3, 3: 5, 4: 7, 5: 9}
"""High bits of each latent value that are sent."""

# --- What particles leave (assumed) -----------------------------------------------------------------------------------
COUNTS_PER_MIP = 8
CHARGE_BITS = 16
"""Of a trigger cell's charge; larger ones saturate."""
NOISE_MIP = 0.3
FLUCTUATION_MIP = 0.25
SOFT_MEAN_MIP = 2.0
SOFT_NUMBER = (3.0, 40.0)
SOFT_RADIUS = 0.1
SHOWER_SHARES = (0.40, 0.45, 0.15)
SHOWER_MIP = (10.0, 1000.0)
CORE_SHARE, CORE_RADIUS, TAIL_RADIUS = 0.70, (0.2, 0.6), 1.6
MARGIN = 1.0
