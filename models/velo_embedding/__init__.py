"""LHCb's vertex detector: a network that embeds hits so that those of a track lie together."""
