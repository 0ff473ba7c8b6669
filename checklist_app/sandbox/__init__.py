"""Run one of our own functions on untrusted input in a short-lived child process.

The child has limits on memory, processor time, wall clock and output, no network and an empty
environment, reads only what it was given and writes only into its scratch folder. It guards
against hostile *input* to our parsers and renderers; it is no prison for hostile *code*.
"""

from checklist_app.sandbox.limits import LimitExceeded, Limits, Resource
from checklist_app.sandbox.parent import run_confined

__all__ = ["LimitExceeded", "Limits", "Resource", "run_confined"]
