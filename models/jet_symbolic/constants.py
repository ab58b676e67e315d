"""Every constant of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS."""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"

ASSUMPTIONS: tuple[str, ...] = (
    "Jets have transverse momenta of about 1 TeV, Gaussian within 8 %, as those of the public sample do.",
    "Masses: of W, Z and top the particle's mass with a Gaussian resolution of 7 %; 8 % of the W and Z and 15 % of "
    "the top jets are not contained: they look like a quark's, or, half of the top jets, like a W's. Of quarks and "
    "gluons the logarithm of the mass is Gaussian around 52 and 75 GeV, with a width of 0.55 and 0.50.",
    "Multiplicities: Poisson around 38 (q), 55 (g), 42 (W), 43 (Z), 58 (t) particles, spread by a gamma distribution "
    "of a width of 25 %.",
    "Sharing of momentum between the two hardest prongs: z uniform from 0.1 to 0.5 for W, Z and top, log-uniform from "
    "0.02 to 0.5 for quarks and gluons. The opening angle is theta = m / (pT sqrt(z (1 - z))).",
    "Energy correlations of two particles are z (1 - z) theta**beta times a log-normal smearing of 12 %; C1 is that.",
    "C2, D2, M2 and N2 are log-normal around values that fall with the number of prongs and rise with the "
    "multiplicity, with widths of 0.22 to 0.40; half of their variance is common to all of them.",
    "Sum z log z is minus the logarithm of an effective number of particles, 0.45 times the multiplicity, within 0.15.",
    "Features are brought to mean 0 and variance 1, by constants of this task, before anything looks at them; all five "
    "classes are equally frequent.",
)

CLASSES = ("g", "q", "t", "W", "Z")
"""Gluon, light quark, top, W, Z: the five classes of the public sample [hls4ml_lhc_jets_hlf, OpenML 42468]."""
FEATURES = (
    "zlogz", "c1_b0", "c1_b1", "c1_b2", "c2_b1", "c2_b2", "d2_b1", "d2_b2", "d2_a1_b1", "d2_a1_b2", "m2_b1", "m2_b2",
    "n2_b1", "n2_b2", "mass", "multiplicity",
)  # fmt: skip
"""The public sample's sixteen, in its order; all but the first and the last of groomed jets (mMDT) there."""
MASS_GEV = {"W": 80.4, "Z": 91.2, "t": 172.8}
"""[PDG]."""
PT_GEV, PT_SPREAD = 1000.0, 0.08
RESOLUTION = 0.07
UNCONTAINED = {"W": 0.08, "Z": 0.08, "t": 0.15}
QCD_MASS_GEV = {"q": 52.0, "g": 75.0}
QCD_MASS_WIDTH = {"q": 0.55, "g": 0.50}
MULTIPLICITY = {"g": 55.0, "q": 38.0, "t": 58.0, "W": 42.0, "Z": 43.0}
MULTIPLICITY_SPREAD = 0.25
PRONGS = {"g": 1, "q": 1, "t": 3, "W": 2, "Z": 2}
E2_SMEARING = 0.12
ZLOGZ_SHARE, ZLOGZ_SMEARING = 0.45, 0.15

PUBLISHED_LATENCY_NS = 5.0
"""Shortest execution of an expression [arXiv 2305.04099: "down to 5 ns", HLS, 200 MHz]."""
PUBLISHED_AGREEMENT = 0.90
"""Approximation accuracy of expressions against the network that they stand for [arXiv 2305.04099: "over 90 %"]."""
PUBLISHED_SPEEDUP = 13.0
"""At most, in execution time, against a network of three layers [arXiv 2305.04099]."""
CLOCK_MHZ = 200.0
"""[arXiv 2305.04099]."""
