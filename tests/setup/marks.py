"""Marks what must run once more on MariaDB, so that the second pass of ./test stays short.

Whoever asks for a database, directly or through another fixture, is marked ``database``; nobody
has to remember it. A test of pure rules is the same on every database and runs once.
"""

from __future__ import annotations

import pytest

DATABASE_FIXTURE = "prepared_database"
DATABASE_MODULE = "tests.database"


def _makes_its_own_database(item: pytest.Item) -> bool:
    module = getattr(item, "module", None)
    return any(
        getattr(value, "__module__", None) == DATABASE_MODULE
        for value in vars(module).values()
        if callable(value)
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that reaches a database, by a fixture or by ``tests.database``."""
    for item in items:
        asks = DATABASE_FIXTURE in getattr(item, "fixturenames", ())
        if asks or _makes_its_own_database(item):
            item.add_marker(pytest.mark.database)
