"""One report, built once, for all tests that only look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist_app.reports.identity import SigningIdentity, trust_anchors
from checklist_app.reports.local_authority import local_identity
from checklist_app.reports.pipeline import BuiltReport, build_report
from tests.reports import examples


@pytest.fixture(scope="session")
def signing_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "signing"


@pytest.fixture(scope="session")
def identity(signing_folder: Path) -> SigningIdentity:
    return local_identity(signing_folder, "Ribera Software Assurance")


@pytest.fixture(scope="session")
def trusted(identity: SigningIdentity, signing_folder: Path) -> tuple[bytes, ...]:
    assert identity.anchor in trust_anchors(signing_folder)
    return trust_anchors(signing_folder)


@pytest.fixture(scope="session")
def built(identity: SigningIdentity) -> BuiltReport:
    return build_report(examples.example(), examples.pictures(4).__getitem__, identity)


@pytest.fixture(scope="session")
def small(identity: SigningIdentity) -> bytes:
    """Return a signed report of few pages."""
    return build_report(examples.draft(), examples.pictures(0).__getitem__, identity).pdf
