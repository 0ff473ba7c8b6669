"""Mail out of this system: plain text, one recipient, handed to the operator's SMTP server."""
