"""Faults of an accelerator's modulators: an autoencoder on their waveforms whose score is computed in firmware."""
