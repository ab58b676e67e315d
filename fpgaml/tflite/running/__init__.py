"""LiteRT: integer flatbuffers run by kernels that are named."""
