"""Every number of the task, with its unit and its source; what no source gives is listed in ASSUMPTIONS.

Sources: [NuDAQ] = github.com/NuDAQ/AI-Trigger-System, e567836 (README.md and
build/multimode_trigger_validation/REPORT.md); [RAVEL] = github.com/albertc9/RAVEL, 48d056f (README.md).
"""

from __future__ import annotations

DATA_LABEL = "real"
"""Windows that a detector's trigger project published, not made here; what is not said of them stands on the page."""

ASSUMPTIONS: tuple[str, ...] = (
    "How the windows were recorded is not published. Their noise has next to no power below 60 MHz (less than a "
    "converter of 12 bits would add by rounding): it was filtered, or made by a simulation, after any converter.",
    "One published unit is 64 counts, as the published trigger's own analysis takes it.",
    "A window in which a pulse lies elsewhere is cut from three windows joined: noise, the pulse's window, noise. "
    "Joints are faded over 16 samples with weights whose squares add up to one, which keeps the noise's power.",
    "Noise of different antennas is independent: background windows take each antenna from a window of its own.",
    "Pulses lie in antennas 0 and 2, or in 1 and 3, within 16 samples of each other, as in the training windows.",
)

# --- The station's read-out [NuDAQ, README.md] ------------------------------------------------------------------------
SAMPLES = 256
ANTENNAS = 4
SAMPLING_MHZ = 1000
ADC_BITS = 12
COUNTS_PER_UNIT = 64
"""Counts of the converter in one published unit [NuDAQ, REPORT.md: 1 RMS = 64 * noise_rms]."""
NOISE_RMS_UNITS = 1.020686
"""Standard deviation of the published background windows, in published units [NuDAQ, README.md]."""
NOISE_RMS_COUNTS = 65.3239
"""[NuDAQ, README.md]."""
BEAT_SAMPLES = 4
"""Samples of every antenna a cycle of 250 MHz [NuDAQ, README.md]."""
NETWORK_BITS, NETWORK_INTEGER = 9, 4
"""What networks read: ap_fixed<9,4>, the converter's counts shifted right by one and saturated [NuDAQ, README.md]."""

# --- The conventional trigger, hi-lo [NuDAQ, README.md] ---------------------------------------------------------------
HILO_THRESHOLD = 192
"""Counts; 2.94 standard deviations of the noise."""
HILO_WINDOW = 5
"""Samples within which an antenna must be above the threshold and below minus the threshold."""
COINCIDENCE_WINDOW = 32
"""Samples within which several antennas must do that."""
COINCIDENT_ANTENNAS = 2

# --- What is published of both triggers on the 1000 windows -----------------------------------------------------------
PUBLISHED_SIGNAL, PUBLISHED_NOISE = 180, 820
PUBLISHED_HILO_CANDIDATES = {192: 133, 222: 51, 261: 20}
"""Windows in which hi-lo fires, of both kinds, by threshold in counts [NuDAQ, REPORT.md]."""
PUBLISHED_HILO_ACCEPTED = (19, 5)
"""Signal and noise windows that the whole system kept at 192 counts, behind dead time and rate blanking [NuDAQ]."""
PUBLISHED_NETWORK_FIRES = (162, 0)
"""Signal and noise windows above a score of 0, of the network in the system's firmware [NuDAQ]."""

# --- The recorded place of a pulse ------------------------------------------------------------------------------------
PLACE = 72
"""Sample of a published window at which the largest sample of a pulse lies: the median of the training windows."""
