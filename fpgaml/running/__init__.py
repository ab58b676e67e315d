"""Finished projects on a user's own events: what their firmware answers, and what that does to the physics."""
