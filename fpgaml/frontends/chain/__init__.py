"""Several model files as one network: each reads what the one before answers."""
