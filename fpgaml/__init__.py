"""fpgaml: from a trained, quantised network to FPGA firmware that is proved equal to it."""

__version__ = "0.1.0"
