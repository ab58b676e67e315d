"""The kinds of stages, one a module."""
