"""A believable project, in Spanish and in English, so that a visitor sees a living system."""

from checklist_app.demo.load import Demo, load_demo

__all__ = ["Demo", "load_demo"]
