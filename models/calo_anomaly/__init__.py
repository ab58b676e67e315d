"""Calorimeter anomaly trigger: how unusual is an image of 18 x 14 regional energies, at every bunch crossing."""
