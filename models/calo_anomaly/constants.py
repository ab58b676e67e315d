"""Numbers of the calorimeter anomaly trigger, each with its unit and its source.

Sources, as named below:
    CICADA: the repositories Princeton-AD/cicada (84bf82f, `models.py`) and cms-hls4ml/CICADA (0aafbd2), read for
        facts only; method in arXiv:2310.06047.
    CMSSW: the public configuration of CMS's regional calorimeter trigger, `RctRegionEtLSB = 0.5`.
    Regions: edges of the trigger regions in pseudorapidity, four CMS trigger towers each (JINST 3 (2008) S08004).
    assumed: nobody's published number; listed in `ASSUMPTIONS`.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"
"""Only the tensor's shape, its integer range, its energy step and the classes of signals are sourced."""

PHI, ETA = 18, 14
"""Regions around the beam and along it. CICADA: 252 regions, each the sum of 4 x 4 trigger towers."""

REGIONS = PHI * ETA

ETA_EDGES = (-3.0, -2.172, -1.740, -1.392, -1.044, -0.696, -0.348, 0.0, 0.348, 0.696, 1.044, 1.392, 1.740, 2.172, 3.0)
"""Edges of the 14 rings in pseudorapidity (Regions): towers |ieta| 1 to 28."""

ET_BITS = 10
"""Bits of a region's transverse energy, unsigned (CICADA: `ap_uint<10>`)."""

ET_MAX = 2**ET_BITS - 1

ET_STEP_GEV = 0.5
"""Transverse energy of one count, GeV (CMSSW)."""

CROSSING_RATE_HZ = 40e6
"""Bunch crossings a second (CICADA); every one is taken as filled, which makes all rates upper limits."""

PILEUP = 55.0
"""Mean number of inelastic interactions in a crossing (assumed: the middle of 50 to 60, LHC Run 3)."""

DENSITY_GEV = 0.25
"""Transverse energy that one interaction leaves per unit of pseudorapidity and radian of azimuth, GeV (assumed)."""

DEPOSIT_GEV = 1.0
"""Mean of the exponential spectrum of single pile-up deposits, GeV (assumed)."""

JET_PAIR_PROBABILITY = 0.01
"""Hard scatters above `JET_MIN_GEV` for one interaction (assumed: 1 mb of 80 mb)."""

JET_MIN_GEV, JET_MAX_GEV = 20.0, 2000.0
"""Range of the jets' transverse energies, GeV (assumed)."""

JET_POWER = 4.0
"""The rate of jets above E falls as E**-4 (assumed; parton scattering and parton densities together)."""

JET_BALANCE, JET_ACOPLANARITY = 0.15, 0.3
"""Relative spread of the second jet's energy; spread of the angle between the jets around pi, rad (assumed)."""

CLUSTERS = (2, 6)
"""Hard clusters of the signal like top pairs and SUSY with b jets (physics note: 2 to 6), both ends included."""

CLUSTER_GEV = (20.0, 300.0)
"""Transverse energy of a hard cluster, GeV, flat in its logarithm (range: physics note; shape assumed)."""

CLUSTER_REGIONS = (1, 4)
"""Regions that share a cluster (physics note)."""

SOFT_DEPOSITS = (100, 400)
"""Deposits of a soft, high-multiplicity event (SUEP), flat between the ends (assumed)."""

SOFT_GEV = 1.0
"""Mean energy of a soft deposit, GeV, exponential; directions isotropic in space (assumed)."""

DISPLACED_GEV = (20.0, 300.0)
"""Transverse energy in the one hot region of a displaced decay (H to long-lived particles), GeV, log-flat (assumed)."""

OUTLIER_REGIONS = (1, REGIONS)
"""Regions that outlier exposure heats, flat in the logarithm of their number (assumed)."""

OUTLIER_GEV = (0.5, 500.0)
"""Mean energy added to such a region, GeV, flat in its logarithm, one mean for the whole image (assumed)."""

OUTLIER_TOTAL_GEV = 4000.0
"""Upper end of the product of the two, GeV (assumed): beyond it, every algorithm fires."""

TEACHER_PARAMETERS = 323_731
"""Parameters of the autoencoder (counted from CICADA's `models.py`)."""

STUDENT_WEIGHTS = {"dense": 4_048, "conv": 4_064}
"""Weights of the two students without biases (counted from CICADA's `models.py`)."""

HIDDEN = 16
"""Hidden units of both students (CICADA v1, v2)."""

FILTERS, FILTER_SIZE = 4, 2
"""Filters of the convolutional student, their size and stride (CICADA v2)."""

HIDDEN_BITS, HIDDEN_INTEGER = 10, 6
"""CICADA's `quantized_relu(10, 6)`: hidden values saturate below 2**6."""

SCORE_FACTOR = 32.0
"""The student learns 32 ln(MSE of the teacher) (CICADA)."""

SCORE_BITS, SCORE_INTEGER = 16, 8
"""The score is `ufixed<16,8>` (CICADA)."""

SCORE_STEP = 2.0 ** (SCORE_INTEGER - SCORE_BITS)
SCORE_MAX = 2.0**SCORE_INTEGER - SCORE_STEP

RATES_HZ = (40e6, 10e6, 1e6, 100e3, 30e3, 10e3, 3e3, 1e3)
"""Trigger rates at which efficiencies are stated, Hz."""

CLOCK_NS = 6.25
"""CICADA's clock: 160 MHz, four cycles a crossing."""

LATENCY_NS = 200.0
"""Latency that CICADA states ("sub-200 ns", NeurIPS ML4PS 2025 abstract); its requirement was 500 ns."""

ASSUMPTIONS = (
    f"Interactions in a crossing are Poisson with a mean of {PILEUP:g}, and every crossing is filled and alike.",
    f"Each leaves {DENSITY_GEV:g} GeV per unit of pseudorapidity and radian, as deposits in Poisson numbers, "
    f"exponential with a mean of {DEPOSIT_GEV:g} GeV; no correlation beyond the common number of interactions.",
    f"A fraction of {JET_PAIR_PROBABILITY:g} of the interactions holds a pair of jets above {JET_MIN_GEV:g} GeV, their "
    f"rate falling as E^-{JET_POWER:g}; nothing else is hard (no electrons, no taus, no calorimeter noise, no spikes).",
    "Energy from earlier and later crossings is left out, and no calibration or threshold is applied to towers.",
    "A cluster's energy is shared by random fractions among the regions that it covers, in a block of 2 x 2.",
    "Clusters, jets and displaced regions lie flat in azimuth and pseudorapidity inside |eta| < 3.",
    "Soft deposits come from a source at rest, isotropic in space; their number and spectrum are chosen.",
    "A displaced decay leaves all its energy in time and in one region.",
    "Signals lie over one crossing of pile-up; their mixture of classes and their spectra are chosen, not simulated.",
    "Outlier exposure heats random regions; it uses no signal.",
)
