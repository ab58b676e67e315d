"""Jets by their substructure: formulas of a few features in place of a network, in a few nanoseconds."""
