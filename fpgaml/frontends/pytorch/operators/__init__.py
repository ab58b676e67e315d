"""PyTorch's functions in terms of ONNX's operators, which have converters: one module for each family."""
