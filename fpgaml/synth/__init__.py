"""Open synthesis of generated RTL: yosys for what it costs, nextpnr for how fast it is."""
