"""Quantised networks: QONNX, and ONNX's own integers."""
