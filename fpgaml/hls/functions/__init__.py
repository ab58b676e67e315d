"""Whole Graphs as C++ functions, and what is made of such functions."""
