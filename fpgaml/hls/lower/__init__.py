"""Graph operations as hls4ml layers and generated C++."""
