"""Marks what must run once more on MariaDB, so that the second pass of ./test stays short.

Whoever asks for a database, directly or through another fixture, is marked ``database``; nobody
has to remember it. A test of pure rules is the same on every database and runs once.
"""

from __future__ import annotations

import pytest

DATABASE_FIXTURES = frozenset({"prepared_database"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that reaches a database through its fixtures."""
    for item in items:
        if DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)
