"""Files of lineage: what they may say, and how their faults are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist_app.catalog.errors import ContentError
from checklist_app.catalog.lineage import Lineage, load_lineages
from checklist_app.domain.lineage import Step
from checklist_app.domain.vocabulary import Change


def write(root: Path, *lines: str) -> Path:
    folder = root / "kitchen"
    folder.mkdir(exist_ok=True)
    (folder / "1.0--2.0.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def test_a_file_names_its_editions_and_its_steps(tmp_path: Path) -> None:
    write(tmp_path, "from,to,change", "A-1,B-1,moved", ",B-2,new", "A-2,,gone")

    assert load_lineages(tmp_path) == [
        Lineage(
            "kitchen",
            "1.0",
            "2.0",
            (
                Step("A-1", "B-1", Change.MOVED),
                Step("", "B-2", Change.NEW),
                Step("A-2", "", Change.GONE),
            ),
        )
    ]


@pytest.mark.parametrize(
    "line",
    ["A-1,B-1", "A-1,B-1,renamed", "A-1,,moved", "A-1,B-1,new", "A-1,B-1,gone", ",,new", "x,y,z,w"],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str) -> None:
    write(tmp_path, "from,to,change", "A-0,B-0,moved", line)

    with pytest.raises(ContentError) as caught:
        load_lineages(tmp_path)

    assert [problem.requirement for problem in caught.value.problems] == ["line 3"]


def test_a_line_may_not_be_there_twice(tmp_path: Path) -> None:
    write(tmp_path, "from,to,change", "A-1,B-1,moved", "A-1,B-1,moved")

    with pytest.raises(ContentError, match="is there twice"):
        load_lineages(tmp_path)


def test_the_first_line_must_be_the_header(tmp_path: Path) -> None:
    write(tmp_path, "A-1,B-1,moved")

    with pytest.raises(ContentError, match="the first line must be"):
        load_lineages(tmp_path)
