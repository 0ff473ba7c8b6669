"""One running system for all checks of a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.blackbox.premises import Premises, opened_premises
from tests.blackbox.processes import Server, serving
from tests.blackbox.visitors import Visitor
from tests.database import empty_database


@pytest.fixture(scope="package")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database for the running system."""
    with empty_database(tmp_path_factory.mktemp("premises-database")) as url:
        yield url


@pytest.fixture(scope="package")
def premises(
    prepared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Premises]:
    """The system; a check that ends or changes somebody brings a newcomer of its own."""
    with opened_premises(tmp_path_factory.mktemp("premises"), prepared_database) as opened:
        yield opened


@pytest.fixture(scope="package")
def alice(premises: Premises) -> Visitor:
    """The owner of one project."""
    return premises.visitor("alice")


@pytest.fixture(scope="package")
def charlie(premises: Premises) -> Visitor:
    """The owner of another."""
    return premises.visitor("charlie")


@pytest.fixture(scope="package")
def vera(premises: Premises) -> Visitor:
    """A viewer in Alice's project."""
    return premises.visitor("vera")


@pytest.fixture(scope="package")
def behind_https(premises: Premises) -> Iterator[Server]:
    """A second server over the same data whose people come by HTTPS."""
    settings = {**premises.settings, "base_url": "https://checklist.example.org"}
    with serving(premises.folder, settings) as server:
        yield server


@pytest.fixture(scope="package")
def in_half_an_hour(premises: Premises) -> Iterator[Server]:
    """The system as it is 31 minutes later."""
    with serving(premises.folder, premises.settings, later="31m") as server:
        yield server
