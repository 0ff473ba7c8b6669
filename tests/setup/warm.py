"""What every test would do anew is done once for a process: statements are compiled, garbage waits.

Each test has a database of its own and so an engine of its own, whose compiled statements would die
with it. All engines of a kind share them here. It makes the suite faster and tests nothing.
"""

from __future__ import annotations

import gc
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, create_engine

from checklist_app.models import database

GARBAGE_WAITS_FOR = 100_000
"""Objects, and not 700: a test process holds many that live to its end and are none."""

_dialects: dict[tuple[str, str], Dialect] = {}
_statements: dict[Any, Any] = {}


def _sharing_engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    # Compiled statements are known by the dialect that they were compiled for.
    kind = (engine.dialect.name, engine.dialect.driver)
    engine.dialect = _dialects.setdefault(kind, engine.dialect)
    engine.update_execution_options(compiled_cache=_statements)
    return engine


pytest.MonkeyPatch().setattr(database, "create_engine", _sharing_engine)
gc.set_threshold(GARBAGE_WAITS_FOR, 20, 20)
