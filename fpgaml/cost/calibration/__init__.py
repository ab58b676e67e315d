"""What synthesis makes of estimates: pairs that were measured, and what follows from them for the next estimate."""
