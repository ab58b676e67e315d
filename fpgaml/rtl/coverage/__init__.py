"""How much of a netlist vectors move, and more vectors that move the rest."""
