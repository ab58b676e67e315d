"""Every number of the GRAND self-trigger task, with its unit and its source.

Sources: [DAQ] grand-mother/grand-daq-master e57da09, [GRANDlib] grand-mother/grand b8338a3, [NUTRIG]
grand-mother/NUTRIG1 b50e38a (all read for facts alone), arXiv numbers for papers. What no source gives stands in
ASSUMPTIONS.
"""

from __future__ import annotations

DATA_LABEL = "synthetic, assumed"

# Digitiser.
SAMPLES = 1024  # samples of a window, 2.048 us [NUTRIG, input (1024, 3)]
POLARISATIONS = 3  # north-south, east-west, vertical [NUTRIG]
SAMPLING_MHZ = 500  # [DAQ, scope.h SAMPLING_FREQ]
ADC_BITS = 14  # [DAQ; GRANDlib adc.py]
ADC_FULL_SCALE_V = 0.9  # +-0.9 V is +-8192 counts [GRANDlib adc.py]
ADC_LSB_V = ADC_FULL_SCALE_V / 2 ** (ADC_BITS - 1)  # 109.9 uV
BAND_MHZ = (50.0, 200.0)  # [DAQ; arXiv 2409.01026]

# Galactic noise: Cane's parametrisation as in LWA memo 60; frequencies in MHz, brightness in W m^-2 Hz^-1 sr^-1.
GALACTIC_BRIGHTNESS = 2.48e-20
EXTRAGALACTIC_BRIGHTNESS = 1.06e-20
GALACTIC_INDEX = -0.52
EXTRAGALACTIC_INDEX = -0.80
OPACITY = 5.0
OPACITY_INDEX = -2.1
SPEED_OF_LIGHT = 299_792_458.0  # m/s, exact (SI)
BOLTZMANN = 1.380649e-23  # J/K, exact (SI)
LOAD_OHM = 50.0  # matched load
NOISE_ADC = 10.0  # counts, standard deviation of the noise after the chain's gain [NUTRIG, "noise sigma" of its SNR]

# Narrow-band lines: the frequencies of the notch filters that a station is configured with [DAQ, conf/DU.conf].
LINES_MHZ = (70.0, 105.0, 151.5, 205.0, 207.7)

# Air showers.
ZENITH_DEG = (65.0, 85.0)  # range of the simulated showers of arXiv 2407.18662
SNR_RANGE = (3.0, 10.0)  # peak of the strongest polarisation over NOISE_ADC, uniform
EDGE_SAMPLES = 100  # pulses nearer to the window's ends are left out [NUTRIG, training]

# Rates.
PRETRIGGER_HZ = 1000.0  # background that reaches the network [NUTRIG, cnn_ds_icrc.py]
TRANSMISSION_HZ = 250.0  # messages a station may send [NUTRIG, cnn_ds_icrc.py]

# Level-1 trigger of the station [DAQ, gui/DAQgui.py: defaults, fields and units of the registers].
REGISTER_TIME_NS = 4  # one count of Tprev, Tper and Tcmax: two samples
LEVEL1_T1 = 100  # counts
LEVEL1_T2 = 50  # counts
LEVEL1_TPREV_NS = 512
LEVEL1_TPER_NS = 512
LEVEL1_TCMAX_NS = 20
LEVEL1_NC = (0, 10)

# Published networks [NUTRIG, cnn_2layers.py and ICRCNN.py].
PUBLISHED_PARAMETERS = 14_433
PUBLISHED_FILTERS = 32
PUBLISHED_KERNEL = 11
PUBLISHED_POOL = 4
PUBLISHED_DROPOUT = 0.3  # of the network with two layers; the one with three has 0.5
PUBLISHED_BATCH = 128
PUBLISHED_LEARNING_RATE = 1e-3  # Keras' default for Adam, kept to the end

# The networks read counts / 2^5: a shift, so nothing is rounded, and noise is near 0.3. (NUTRIG divides by 2^13.)
INPUT_SHIFT = 5

# Assumptions, one line each; the numbers that stand behind them follow.
ASSUMPTIONS: tuple[str, ...] = (
    "the antenna is matched and its response flat: no frequency- or direction-dependent effective length",
    "sky noise is the formula's average: no sidereal variation, unpolarised, independent in the three polarisations",
    "receiver and ground add white noise of 300 K",
    "the chain's pass band is a Butterworth band-pass of fourth order, and its gain makes the noise 10 counts",
    "each narrow-band line is there in 20 % of the windows, of background and signal alike; its amplitude after the "
    "notch filters is log-uniform between 0.1 and 2 standard deviations of the noise, its polarisation isotropic, its "
    "phase random in each polarisation",
    "half of the background windows hold a burst of interference: a third each an impulse with one to three echoes of "
    "40 to 90 % of its height, 10 to 60 ns after it, a train of 2 to 8 impulses 20 to 400 ns apart, and a damped "
    "oscillation in the band (rise 5 to 20 ns, decay 30 to 300 ns)",
    "the amplitude A of bursts is distributed as A^-2 between 3 and 2000 standard deviations of the noise",
    "bursts come from the horizon, linearly polarised at any angle to it",
    "background windows are not selected further; the pre-trigger's rate of 1 kHz is that of windows so composed",
    "an air shower's spectrum falls as exp(-a f + b f^2), with a uniform in 0 to 0.03 per MHz and b between 0 and "
    "a / 800 MHz, of constant phase 90 degrees (a bipolar pulse), at one arrival time in all polarisations",
    "showers come from all azimuths and uniformly in zenith angle; the field is v x B plus a charge-excess part of 0 "
    "to 15 % in a random direction across the axis; the magnetic field is inclined by 61 degrees; the arms are alike",
    "pulses lie anywhere in the window but within 100 samples of its ends",
)
RECEIVER_KELVIN = 300.0
BUTTERWORTH_ORDER = 4
LINE_PROBABILITY = 0.2
LINE_AMPLITUDE = (0.1, 2.0)  # in units of the noise
BURST_FRACTION = 0.5
BURST_AMPLITUDE = (3.0, 2000.0)  # in units of the noise
SPECTRAL_SLOPE = (0.0, 0.03)  # 1/MHz
SPECTRAL_BEND_SCALE_MHZ = 800.0
CHARGE_EXCESS = (0.0, 0.15)
MAGNETIC_INCLINATION_DEG = 61.0
