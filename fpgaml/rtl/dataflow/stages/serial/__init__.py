"""Serial: an engine of a few multipliers that walks over a tensor in a memory, term by term."""
