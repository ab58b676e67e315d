"""What a Graph will take as a netlist, and how long, in milliseconds: by arithmetic on its tensors, no wire is made.

For designs that are compared by the thousand. Everything is counted as `rtl/estimate.py` and `rtl/schedule.py` count it
on the netlist, but for whole tensors: sums of products are trees with an adder for each signed digit, of which a part
is left where terms are shared; what crosses a register rank is a register. docs/estimates.md says how far that is from
the netlist.
"""
