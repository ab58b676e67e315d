"""What is proved of a Graph for every input that it can have: that an output never falls, or never rises, with one."""
