"""From a snapshot to a signed PDF, and from a PDF back to the question whether it still is ours."""
