"""The streaming RTL."""
