"""What the trigger tasks share: reading events, training that resumes, budgets of statistics."""
