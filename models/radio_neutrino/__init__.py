"""Askaryan pulses of neutrinos in the noise of a station's antennas: the trigger of an in-ice radio detector."""
