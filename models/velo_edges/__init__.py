"""Edges between hits of the vertex detector: which join hits of one particle, by passing messages along them."""
