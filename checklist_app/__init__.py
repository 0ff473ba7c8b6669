"""OWASP checklists that reviewers fill with evidence, teams close and managers sign."""
