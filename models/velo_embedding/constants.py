"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Lengths are in mm, momenta in GeV. `events` stands for the ten simulated events of the upgraded detector in
dcampora/velopix_tracking, commit cfaafc2 (folder events): 19,626 hits, 2,769 tracks of three hits or more. Their
numbers were read, no event is kept here.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""Detector, multiplicity and resolution are sourced; how tracks are distributed follows from a few events."""

ASSUMPTIONS: tuple[str, ...] = (
    "Tracks are straight lines, bent by multiple scattering alone: there is no magnetic field in the detector.",
    "Pseudorapidity is Gaussian around zero, with a standard deviation of 4.2, within 5.5; azimuth is flat. Its "
    "deciles are then those of the events within 0.15.",
    "A track's transverse momentum is log-normal; its median and width are those of the events' quartiles.",
    "Collisions in a bunch crossing are Poisson distributed (at least one); tracks of a collision follow a negative "
    "binomial distribution with two degrees of freedom, around a mean that gives the events' hits.",
    "Scattering: Highland's formula (Particle Data Group) with 1.8 % of a radiation length a module, for pions; "
    "what is scattered off its sensor is lost.",
    "One track in seven comes from a displaced vertex: its distance to the beam is exponential, its direction flat; it "
    "begins after an exponential flight of 50 mm on average. Both numbers fit the events' impact parameters.",
    "Hits of particles with fewer than three hits count as noise, as in the events; further noise hits are as likely "
    "on every plane, and uniform in the logarithm of the radius.",
    "A cluster belongs to one particle (1.1 % of the events' hits have several), and no pixel is dead or masked.",
)

# --- The detector [chrisburr/lhcb-velopix-studies, module_positions/output/velo_geometry_global.json] ----------------
PLANES_RIGHT = (
    *(-287.5, -262.5, -237.5, -212.5, -137.5, -62.5, -37.5, -12.5, 12.5, 37.5, 62.5, 87.5, 112.5, 137.5, 162.5, 187.5),
    *(212.5, 237.5, 262.5, 312.5, 387.5, 487.5, 587.5, 637.5, 687.5, 737.5),
)
"""z of the 26 modules at negative x; the 26 at positive x stand 12.5 mm behind them."""
SIDE_SHIFT = 12.5
PLANES = 52
SENSORS = (
    ((-19.18, -5.10), (-5.10, 37.47), -1),
    ((-33.15, -19.07), (-4.10, 38.47), +1),
    ((-37.47, 5.10), (-19.18, -5.10), +1),
    ((-37.47, 5.10), (-33.15, -19.07), -1),
)
"""Of a module at negative x: range of (x + y) / sqrt 2, range of (x - y) / sqrt 2, and the side of the module that the
sensor is on along z. A module at positive x is turned by 180 degrees. The outer millimetre of the source's sensors has
no pixels: 256 of them are 14.08 mm, and no hit of the events lies there."""
SENSOR_SHIFT = 0.58
"""Distance of a sensor to the middle of its module along z [events]."""
PITCH = 0.055
"""Pixels [AIDASoft/DD4hep, VPConstants.h: Pitch]."""

# --- What the events say ---------------------------------------------------------------------------------------------
HITS_PER_EVENT = 1963.0
TRACKS_PER_EVENT = 276.9
"""With three hits or more."""
HITS_PER_TRACK = 6.29
NOISE_SHARE = 0.112
"""Hits of no particle that leaves three hits."""
RESOLUTION = 0.0124
"""Median residual to a straight line, tracks above 20 GeV: 12.4 um in x and y."""
INEFFICIENCY = 0.004
"""Of 14,650 pairs of successive hits 58 are four planes apart: a hit between them was lost."""
LUMINOUS_Z = (4.2, 61.0)
"""Median and standard deviation of where tracks pass the beam."""
PT_MEDIAN, PT_SIGMA = 0.298, 0.96
"""GeV, and the standard deviation of its logarithm: quartiles are 0.151, 0.298 and 0.553."""
DISPLACED_SHARE, DISPLACEMENT = 0.143, 6.7
"""Share, and mean distance to the beam in mm: 12.3 % lie beyond 1 mm, 5 % beyond 7 mm, 1 % beyond 17 mm."""

# --- The collider and what is assumed --------------------------------------------------------------------------------
LUMINOUS_XY = 0.040
"""Assumed: standard deviation of x and of y of collisions."""
COLLISIONS = 5.3
"""Assumed: mean visible collisions a crossing in Run 3."""
TRACKS_PER_COLLISION = 87.8
"""Set so that generated events have HITS_PER_EVENT on average; many leave no hit."""
DISPERSION = 2.0
"""Assumed: degrees of freedom of the negative binomial distribution of tracks."""
ETA_SIGMA = 4.2
"""Assumed: standard deviation of pseudorapidity."""
ETA_LIMIT = 5.5
"""Largest pseudorapidity of the events: 5.53."""
FLIGHT = 50.0
"""Assumed: mean distance along z from a collision to where a displaced track begins."""
RADIATION_LENGTHS = 0.018
"""Assumed: material of a module, with the foil before it."""
PION_MASS = 0.1396
"""GeV [Particle Data Group]."""
NOISE_HITS = 95.0
"""Set so that generated events have NOISE_SHARE: noise hits besides those of short tracks."""
NOISE_RADII = (5.1, 50.0)
"""Of noise hits: from the innermost pixel to the outermost corner of a module."""
