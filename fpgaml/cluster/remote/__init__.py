"""Pieces on the workers of a Dask scheduler: one that runs, or one that a batch system's jobs report to."""
