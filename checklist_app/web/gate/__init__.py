"""What a project asks of its checklists before a pipeline goes on, and what the gate says now."""
