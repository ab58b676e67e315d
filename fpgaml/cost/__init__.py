"""What firmware takes before any synthesis: the model that all targets share."""
