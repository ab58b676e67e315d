"""Vendors' tools run on a project, as its own scripts call them: found, watched, ended, their reports read."""
