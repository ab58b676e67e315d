"""Bulk mode: millions of frames through Verilator from C++."""
