"""Processes on this machine that do pieces: one that dies costs its piece and is replaced."""
