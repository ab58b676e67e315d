"""Projects beside each other, or versions of one: what differs first."""
