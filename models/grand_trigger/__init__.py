"""GRAND self-trigger: decide on one antenna whether a window of three polarisations holds an air-shower pulse."""
