"""Every edition below one root, and a fingerprint by which a changed edition is noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checklist_app.catalog.digests import digest, files_digest, links_digest
from checklist_app.catalog.errors import ContentError
from checklist_app.catalog.owasp import load_folder, load_library

if TYPE_CHECKING:
    from tests.catalog.conftest import Folder


def test_a_library_is_loaded_in_the_order_of_its_folders(
    folder: Folder, another_folder: Callable[[str], Folder]
) -> None:
    newer = another_folder("kitchen-2.0")
    newer.standard["version"] = "2.0"
    newer.save()

    standards = load_library(folder.path.parent)

    assert [(s.key, s.version) for s in standards] == [("kitchen", "1.0"), ("kitchen", "2.0")]


def test_problems_of_every_folder_come_at_once(
    folder: Folder, another_folder: Callable[[str], Folder]
) -> None:
    newer = another_folder("kitchen-2.0")
    newer.cold[0]["level"] = 7
    newer.save()
    folder.fire[0]["level"] = 7
    folder.save()

    with pytest.raises(ContentError) as caught:
        load_library(folder.path.parent)

    assert [p.file for p in caught.value.problems] == [
        "kitchen-1.0/requirements/01-fire.yaml",
        "kitchen-2.0/requirements/02-cold.yaml",
    ]


def test_two_folders_cannot_be_the_same_edition(
    folder: Folder, another_folder: Callable[[str], Folder]
) -> None:
    another_folder("kitchen-again")

    with pytest.raises(ContentError, match=r"kitchen 1\.0 is already in the folder kitchen-1.0"):
        load_library(folder.path.parent)


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_library_without_standards_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(ContentError, match="there is no standard in this folder"):
        load_library(tmp_path / name)


def test_the_digest_is_the_same_for_the_same_words(folder: Folder) -> None:
    before = digest(load_folder(folder.path))
    fire = folder.path / "requirements/01-fire.yaml"
    fire.write_text("# a remark\n" + fire.read_text(encoding="utf-8"), encoding="utf-8")

    assert digest(load_folder(folder.path)) == before
    assert len(before) == 64


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", {"es": "Hay extintor.", "en": "There is an extinguisher"}),
        ("level", 1),
        ("verification", {"es": ["Pesar.", "Mirar."], "en": ["Weigh.", "Look."]}),
        ("applies_to", ["web"]),
    ],
)
def test_the_digest_changes_with_any_word(folder: Folder, field: str, value: object) -> None:
    before = digest(load_folder(folder.path))
    folder.fire[0][field] = value

    assert digest(load_folder(folder.save())) != before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cwe", [636]),
        ("references", []),
        ("scanners", ["sast"]),
        ("tags", []),
        ("when", ["web"]),
    ],
)
def test_what_leads_to_a_requirement_may_be_completed(
    folder: Folder, field: str, value: object
) -> None:
    before = load_folder(folder.path)
    folder.fire[0][field] = value
    after = load_folder(folder.save())

    assert digest(after) == digest(before)
    assert links_digest(after) != links_digest(before)


def test_the_digest_of_the_files_changes_with_any_byte(folder: Folder) -> None:
    before = files_digest(folder.path)
    assert files_digest(folder.path) == before
    fire = folder.path / "requirements/01-fire.yaml"
    fire.write_text("# a remark\n" + fire.read_text(encoding="utf-8"), encoding="utf-8")

    assert files_digest(folder.path) != before


def test_the_digest_changes_with_the_order_of_the_requirements(folder: Folder) -> None:
    folder.fire.append(folder.fire[0] | {"identifier": "FIRE-02"})
    before = digest(load_folder(folder.save()))
    folder.fire.reverse()

    assert digest(load_folder(folder.save())) != before
