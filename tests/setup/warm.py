"""What every test would do anew is done once for a process: statements are compiled, garbage waits.

Each test has a database of its own and so an engine of its own, whose compiled statements would die
with it. All engines of a kind share them here. It makes the suite faster and tests nothing.
"""

from __future__ import annotations

import gc
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, create_engine, event

from checklist_app.models import database

GARBAGE_WAITS_FOR = 100_000
"""Objects, and not 700: a test process holds many that live to its end and are none."""

_dialects: dict[tuple[str, str | None], Dialect] = {}
"""By driver and, where a server has several, database; each has asked its database what it can."""
_statements: dict[Any, Any] = {}


def _sharing_engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    is_file = engine.dialect.name == "sqlite"
    kind = (engine.dialect.driver, None if is_file else engine.url.database)
    # Compiled statements are known by the dialect that they were compiled for.
    if kind in _dialects:
        engine.dialect = _dialects[kind]
        engine.update_execution_options(compiled_cache=_statements)
    else:
        event.listen(engine, "first_connect", lambda *_: _dialects.setdefault(kind, engine.dialect))
    return engine


pytest.MonkeyPatch().setattr(database, "create_engine", _sharing_engine)
gc.set_threshold(GARBAGE_WAITS_FOR, 20, 20)
