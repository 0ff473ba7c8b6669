"""A believable project in two languages, and this very program as another."""

from checklist_app.demo.load import Demo, load_demo
from checklist_app.demo.own_project import let_in, load_own_project

__all__ = ["Demo", "let_in", "load_demo", "load_own_project"]
