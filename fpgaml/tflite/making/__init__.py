"""A Graph as a float network, and TensorFlow's converter asked for its integers."""
