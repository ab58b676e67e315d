"""Budgets: what firmware must keep to, line by line, and how a project's numbers stand against it."""
