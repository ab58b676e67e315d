"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Lengths are in m, momenta in GeV, angles in degrees unless a name says otherwise. Positions along a layer are in wires.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""Wires, superlayers, stereo angle and the cut on candidates are sourced; field, geometry and spectra are assumed."""

ASSUMPTIONS: tuple[str, ...] = (
    "Tracks stay in one sector and are followed in its mid-plane; a layer's wires cover polar angles of 5 to 40 "
    "degrees evenly along the layer, in every superlayer, so that their pitch grows with the distance from the target.",
    "The torus bends towards or away from the beam by an integral of B dl that falls from 2.8 T m at 5 degrees to "
    "0.54 T m at 40 degrees, exponentially in between; along the path it is a Gaussian around region 2, sigma 0.6 m.",
    "Negative tracks bend towards the beam. Both charges are equally frequent; momenta are log-flat from 0.5 to 8 GeV, "
    "polar angles flat from 6 to 38 degrees, azimuth flat within 25 degrees of the mid-plane.",
    "The target is 5 cm long, flat in z. Multiple scattering: Gaussian kinks of 2 mrad GeV / p in regions 1 and 2.",
    "A layer gives the nearest wire of a track, every second layer shifted by half a cell, with an efficiency of 0.95, "
    "and the next wire too with probability 0.15. A segment is the mean of its wires, in steps of 1/16 wire.",
    "A false candidate mixes segments of two tracks of one event and sector, and in one of three has a segment of "
    "noise, flat within 15 wires of its partner; a foreign segment lies at least 2 wires from the track's own.",
    "Half of the candidates are false; a candidate of five lost one of its six segments, each equally often, but never "
    "the one that made it false: without that it would be a track's own five segments.",
    "Tracks gained by candidates of five are stated for superlayers that see 98 % of the segments.",
    "10,000 events a second, six sectors, 1,000 candidates each: 60 million candidates a second.",
)

# --- The chambers -------------------------------------------------------------------------------------------------
SUPERLAYERS = 6
"""Two in each of three regions [arXiv 2009.05144]."""
LAYERS = 6
"""Of wires in a superlayer [arXiv 2009.05144]."""
WIRES = 112
"""In a layer [clonwiki0.jlab.org, CLAS12 DC: six 6-layer superlayers, 112 wires per layer]."""
STEREO_DEGREES = 6.0
"""Wires of the two superlayers of a region are turned by plus and minus this [same source]."""
TILT_DEGREES = 25.0
"""Of the chambers: between their normal and the beam [wiki.iac.isu.edu, R3: Chamber Tilt Angle]."""
REGION_3_M = 4.7465
"""From the target to the first wire plane of region 3 along its normal [wiki.iac.isu.edu, R3]."""
PLANES_M = (2.08, 2.25, 3.34, 3.59, 4.7465, 5.03)
"""Of the superlayers' middles along the normal; assumed but for region 3's first plane."""
ANGLES_DEGREES = (5.0, 40.0)
"""Covered by the wires 1 and 112 [acceptance of the forward detector; assumed the same in all layers]."""
STEP = 16
"""Of a mean wire: 1/16; assumed."""
MISSING = 0.0
"""What stands for a segment that is not there [as in arXiv 2009.05144]; wires count from 1."""

# --- The field (assumed) --------------------------------------------------------------------------------------------
BDL_TM = (2.8, 0.54)
"""At the two ends of ANGLES_DEGREES."""
FIELD_CENTRE_M, FIELD_SIGMA_M = 3.46, 0.6
GEV_PER_TM = 0.299792458
"""Transverse momentum kick of one T m."""

# --- Tracks and segments (assumed) ------------------------------------------------------------------------------------
MOMENTUM_GEV = (0.5, 8.0)
THETA_DEGREES = (6.0, 38.0)
PHI_DEGREES = 25.0
TARGET_M = 0.05
SCATTERING_GEV = 2e-3
"""Radians times GeV, in each of regions 1 and 2."""
LAYER_EFFICIENCY = 0.95
DOUBLE_HIT = 0.15

# --- Candidates ----------------------------------------------------------------------------------------------------
REGION_CUT = 15.0
"""Wires: two segments of a region further apart are no candidate [gavalian/j4np, TrackFinderNetwork.java]."""
FOREIGN = 2.0
"""Wires between a track's own segment and a foreign one, at least; assumed."""
NOISE_SHARE = 1 / 3
"""Of false candidates that have a segment of noise; assumed."""
FALSE_SHARE = 0.5
"""Of candidates; assumed."""
SEGMENT_EFFICIENCY = 0.98
"""Of a superlayer, where tracks gained by candidates of five are stated; assumed."""
FALSE, NEGATIVE, POSITIVE = 0, 1, 2
"""Classes, in the order of the network's outputs [arXiv 2202.06869]."""

# --- What was published (other data: CLAS12's own) -------------------------------------------------------------------
PUBLISHED_ACCURACY = 0.99
"""Of the classifier, more than [arXiv 2008.12860]."""
PUBLISHED_RESTORATION_WIRES = 0.36
"""Precision of the corruption autoencoder; about 0.35 in arXiv 2009.05144."""
PUBLISHED_RECOVERY = 0.998
"""Tracks found again with a restored segment, more than [arXiv 2009.05144]."""
PUBLISHED_GAIN = (0.10, 0.12)
"""Of the efficiency for one particle, by candidates of five [arXiv 2202.06869]."""
EVENT_RATE_HZ = 10e3
"""[CLAS12 DAQ requirement, clonwiki0.jlab.org, TDR 2007]."""
