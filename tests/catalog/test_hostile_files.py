"""A file that is broken or means harm is refused with a message that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklist_app.catalog.custom import confined as custom
from checklist_app.catalog.custom import model
from checklist_app.catalog.custom.workbook import template
from checklist_app.catalog.official.table import read_official
from checklist_app.domain.errors import DomainError, InvalidInput
from checklist_app.models import OfficialDocument, Standard
from checklist_app.services.custom_lists import save_custom
from checklist_app.services.official import FileFacts, import_official
from tests.catalog import hostile

FILES = hostile.refused()


def take_in(session: Session, data: bytes) -> None:
    """Do what the command does, without the child process that only adds limits."""
    if custom.is_custom(data):
        draft = custom.read_draft(data)
        if faults := model.faults_of(draft):
            raise custom.FaultyList(faults)
        save_custom(session, None, model.as_standard(draft), draft.languages)
    else:
        import_official(session, None, read_official(data), FileFacts("x", "0" * 64))


def rows(session: Session) -> tuple[int, int]:
    return (
        session.scalar(select(func.count()).select_from(Standard)) or 0,
        session.scalar(select(func.count()).select_from(OfficialDocument)) or 0,
    )


def test_there_are_at_least_sixty_of_them() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_and_nothing_is_loaded(session: Session, name: str) -> None:
    before = rows(session)

    with pytest.raises(InvalidInput) as caught:
        take_in(session, FILES[name])

    assert str(caught.value.text)
    assert rows(session) == before


@pytest.mark.parametrize(
    "data",
    [
        hostile.rows(hostile.flat()),
        hostile.CSV,
        b"\xef\xbb\xbf" + hostile.CSV,
        hostile.CSV.replace(b"\n", b"\r\n") + b",,,,,,\r\n",
        hostile.XML,
        hostile.dumped(hostile.cyclonedx([hostile.node("V1.1.1")])),
        hostile.oscal({"id": "a-1", "title": "A"}),
        hostile.LIST,
        template(),
    ],
)
def test_the_same_files_unspoilt_are_taken_in(session: Session, data: bytes) -> None:
    before = rows(session)

    take_in(session, data)

    assert rows(session)[0] == before[0] + 1


def test_markup_in_words_is_kept_as_words(session: Session) -> None:
    told = "Use <script>alert(1)</script> never."

    take_in(session, hostile.rows(hostile.flat(req_description=told)))

    standard = session.scalars(select(Standard).where(Standard.key == "owasp-asvs")).one()
    assert standard.version == "5.0.0"


def test_half_a_character_is_replaced_and_not_stored(session: Session) -> None:
    data = (
        b'{"requirements": ['
        + hostile.dumped(hostile.flat()).replace(b"Something", b"\\ud800thing")
        + b"]}"
    )

    official = read_official(data)

    assert "\ud800" not in official.leaves[0].text


@pytest.mark.parametrize("name", ["xml with entities that grow", "workbook that grows"])
def test_the_child_process_refuses_them_too(tmp_path: Path, name: str) -> None:
    from checklist_app.catalog.official import confined as official  # noqa: PLC0415

    path = tmp_path / "file"
    path.write_bytes(FILES[name])
    read = custom.read_confined if custom.is_custom(FILES[name]) else official.read_confined

    with pytest.raises(DomainError):
        read(path)


def test_every_fault_of_a_workbook_is_told_with_its_sheet_row_and_column() -> None:
    draft = custom.read_draft(hostile.set_cell("level", 9))
    draft.rows[0].cwe = ["many"]

    faults = model.faults_of(draft)

    assert [(fault.where, fault.detail) for fault in faults] == [
        ("Requirements, 2, level", "9"),
        ("Requirements, 2, cwe", "many"),
    ]
