"""Verilog that a vendor's HLS tool wrote, simulated with the bench of open projects."""
