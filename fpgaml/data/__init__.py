"""Files of recorded events: arrays in .npy, .npz, HDF5 and text, read in chunks and laid out as a model's inputs."""
