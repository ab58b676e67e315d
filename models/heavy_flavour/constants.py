"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Momenta are in GeV, lengths in mm, times in ps. Public code without a licence was read for its numbers alone.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""Preselection, lifetimes, masses and the impact parameter's resolution are sourced; the spectra are assumed."""

ASSUMPTIONS: tuple[str, ...] = (
    "Transverse momenta of beauty and charm hadrons fall exponentially above 2 GeV, with means of 4 and 2.5 GeV "
    "beyond.",
    "A beauty hadron decays into 3 to 5 charged particles, a charm hadron into 2 to 4; they share its transverse "
    "momentum at random, and each has a transverse momentum against the flight direction of a quarter of the hadron's "
    "mass on average (Rayleigh). The vertex is that of the two hardest.",
    "Signal is beauty and charm in equal parts.",
    "Background after the preselection: 80 % pairs of tracks from the collision itself, 14 % one such track with one "
    "from a decay or from material, 6 % strange decays and material interactions.",
    "Tracks of the collision have tails: the resolution of a track is wider by a log-normal factor of width 0.45.",
    "Vertices of tracks that do not belong together have a chi2 uniform below 20; others of one degree of freedom.",
    "Strange decays are taken as K0_S with exponential transverse momenta of mean 0.9 GeV; what decays beyond 20 mm "
    "from the beam is not reconstructed.",
    "The cut on the corrected mass (1 GeV) is left out: no invariant masses are made.",
)

# --- Features and preselection [niklasnolte/HLT_2Track: preprocess_lhcb_mc.py, config.yml; read for its numbers] -----
FEATURES = ("fdchi2", "sumpt", "vchi2", "minipchi2")
"""Flight distance chi2, sum of both transverse momenta, vertex chi2, the smaller impact parameter chi2."""
MONOTONE = (1, 1, 0, 1)
"""In which features the answer must not fall; 0: free [models.py: monotone_constraints]."""
LAMBDA = 2.0
"""Lipschitz constant in each feature before the straight part is added [config.yml: sigma]."""
LAYERS = (20, 20, 1)
"""Outputs of the dense layers."""
SORTED_GROUP = 2
"""Elements sorted together: GroupSort(10) of 20 means ten groups of two [MonotonicNetworks: group.py, n_groups]."""
SV_PT_GEV, TRACK_PT_GEV, VERTEX_CHI2 = 1.0, 0.2, 20.0
"""Preselection: vertex above, each track above, vertex chi2 below."""
TRUE_PT_GEV, TRUE_LIFETIME_PS = 2.0, 0.2
"""Of the decays that an efficiency is stated for: above."""
LINE_RATE_HZ = 30e6
"""Crossings with a visible collision [arXiv:2105.04031]."""

# --- What a network sees: each feature in 7 bits, 0 to below 8 ------------------------------------------------------
FEATURE_BITS, FEATURE_INTEGER = 7, 3
SCALE = 2.0**FEATURE_INTEGER
RANGES = ((0.0, 12.0), (0.0, 3.5), (0.0, 20.0), (-2.0, 10.0))
"""What becomes 0 and 8: ln(fdchi2), ln(sumpt / GeV), vertex chi2, ln(minipchi2). What is beyond saturates. Chosen here;
a logarithm of the source, ln(fdchi2) say, spans 12, so that lambda means much the same."""
LOGARITHMIC = (True, True, False, True)

# --- Hadrons [Particle Data Group, Review of Particle Physics] ------------------------------------------------------
LIGHT_MM_PER_PS = 0.299792458
BEAUTY_MASS_GEV, BEAUTY_LIFETIME_PS = 5.280, 1.519
"""B0."""
CHARM_MASS_GEV, CHARM_LIFETIMES_PS = 1.867, (0.410, 1.033)
"""D0 and D+."""
STRANGE_MASS_GEV, STRANGE_LIFETIME_PS = 0.498, 89.54
"""K0_S."""

# --- Tracking ----------------------------------------------------------------------------------------------------
IP_CONSTANT_MM, IP_SLOPE_MM_GEV = 0.015, 0.029
"""Resolution of an impact parameter: 15 um + 29 um / (pT in GeV) [LHCb detector performance, arXiv:1412.6352]."""

# --- Assumed, as listed above ---------------------------------------------------------------------------------------
BEAUTY_PT_GEV, CHARM_PT_GEV, STRANGE_PT_GEV, PROMPT_PT_GEV = 4.0, 2.5, 0.9, 0.7
BEAUTY_TRACKS, CHARM_TRACKS = (3, 5), (2, 4)
KICK = 0.25
"""Mean transverse momentum of a daughter against the flight direction, in units of the mass."""
STRANGE_KICK = 0.41
"""Of K0_S: 0.206 GeV of its two pions, of 0.498 GeV."""
TAIL = 0.45
REACH_MM = 20.0
BACKGROUND_SHARES = (0.80, 0.14, 0.06)

# --- Baseline ----------------------------------------------------------------------------------------------------
CUT_OFFSETS = {"minipchi2": 0, "fdchi2": -10, "sumpt": -20}
"""Steps of 1/16 that are added to a feature before the smallest is taken: found on training events (baseline.py)."""

# --- Tests -------------------------------------------------------------------------------------------------------
BACKGROUND_RATES = (0.01, 0.001)
"""Share of the background's vertices that is kept where an efficiency is stated."""
LIFETIME_EDGES_PS = (0.2, 0.5, 1.0, 2.0, 4.0, 7.0, 11.0, 16.0, 20.0)
