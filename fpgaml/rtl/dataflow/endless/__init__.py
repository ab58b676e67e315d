"""Endless streams: a result every so many samples, and what windows that overlap have in common computed once."""
