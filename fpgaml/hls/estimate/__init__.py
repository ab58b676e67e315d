"""Latency, interval and resources of an hls4ml project before its vendor's tool has run ([estimates.md])."""
