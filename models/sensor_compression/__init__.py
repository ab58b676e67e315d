"""A calorimeter module's trigger cells, compressed on the detector: an encoder in firmware, a decoder in software."""
