"""How numbers are rounded that a model file leaves in floating point: as asked for, or calibrated on data."""
