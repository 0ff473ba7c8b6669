"""The documents keep up with the code: settings, commands, tables, links, named files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from checklist_app.cli.program import COMMANDS, program
from checklist_app.config import Config, env_name, known_names
from checklist_app.config.environment import FOR_THE_CLIENT
from checklist_app.domain.permissions import Permission
from scripts.generated_docs import PARTS, PERMISSION_WORDS, with_part

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Written by a script as proof of what happened on another machine, whose paths it shows.
PROOFS = {ROOT / "docs" / "clean-machine.md"}
WRITTEN = [path for path in DOCUMENTS if path not in PROOFS]
TWINS = [
    ("README.md", "README.es.md"),
    *((f"docs/{name}.md", f"docs/es/{name}.md") for name in ("manager", "reviewer", "team")),
]
# Made at run time or by hand, so they are not in the repository.
MADE_LATER = ("var/", ".venv", "secrets/", "tests/scanners/test_<")
LONGEST_PICTURE = 250_000

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
each_written = pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)


def named(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def commands(
    group: click.Command = program, words: tuple[str, ...] = ("checklist",)
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that can be typed, such as ``checklist users link``."""
    if not isinstance(group, click.Group):
        yield " ".join(words), group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from commands(found, (*words, name))


def section(document: str, title: str) -> str:
    """Return what stands under a heading, up to the next one."""
    pattern = rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)"
    found = re.search(pattern, prose(document), re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {title!r}"
    return found[1]


def prose(document: str) -> str:
    return re.sub(r"```.*?```", "", document, flags=re.DOTALL)


def anchors(document: str) -> set[str]:
    """Return the anchors of a document's headings, as code forges make them."""
    titles = re.findall(r"^#+ +(.+)$", prose(document), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


def links(document: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(document))


COMMANDS_TYPED = list(commands())


@pytest.mark.parametrize("name", PARTS)
def test_a_generated_part_is_up_to_date(name: str) -> None:
    file, write = PARTS[name]
    document = named(file)
    remedy = f"{file} is out of date: .venv/bin/python scripts/generated_docs.py"
    assert with_part(document, name, write()) == document, remedy


def test_every_setting_is_documented() -> None:
    document = named("docs/operator.md")
    for setting in fields(Config):
        assert f"`{env_name(setting.name)}`" in document


@each_written
def test_a_setting_that_is_named_exists(path: Path) -> None:
    for name in re.findall(r"\bCHECKLIST_[A-Z0-9_]*[A-Z0-9]\b", path.read_text(encoding="utf-8")):
        known = known_names() | FOR_THE_CLIENT
        assert name in known or name.startswith("CHECKLIST_TEST"), name


@pytest.mark.parametrize(("name", "command"), COMMANDS_TYPED, ids=[n for n, _ in COMMANDS_TYPED])
def test_every_command_is_documented_with_its_options(name: str, command: click.Command) -> None:
    said = section(named("docs/cli.md"), name)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert f"`{option}" in said, f"{name} {option}"


def test_no_command_is_documented_that_does_not_exist() -> None:
    titles = re.findall(r"^#+ (checklist .+)$", named("docs/cli.md"), re.MULTILINE)
    real = {name for name, _ in COMMANDS_TYPED} | {f"checklist {name}" for name in COMMANDS}
    assert set(titles) <= real


def test_every_permission_of_a_project_has_words() -> None:
    assert set(PERMISSION_WORDS) == set(Permission)


@each_document
def test_links_lead_somewhere_inside_the_project(path: Path) -> None:
    for link in links(path.read_text(encoding="utf-8")):
        if link.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_relative_to(ROOT), link
        assert target.exists(), f"{path.name} links to {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@each_written
def test_no_document_names_a_folder_of_somebodys_machine(path: Path) -> None:
    private = re.findall(
        r"(?<![\w.])/(?:home|root|Users|work|mnt|media)/\S*", path.read_text(encoding="utf-8")
    )
    assert private == []


@each_written
def test_a_file_of_the_project_that_is_named_exists(path: Path) -> None:
    folders = "checklist_app|tests|scripts|docs|content|migrations|benchmarks|deploy"
    found = re.findall(rf"`((?:{folders})/[\w./<>-]*)`", path.read_text(encoding="utf-8"))
    for name in found:
        if "<" not in name and not name.startswith(MADE_LATER):
            assert (ROOT / name).exists(), f"{path.name} names {name}"


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_spanish_twins_say_the_same_in_the_same_order(english: str, spanish: str) -> None:
    ours, theirs = named(english), named(spanish)
    shape = re.compile(r"^(#+) |^(```|\||!\[|\d+\.)", re.MULTILINE)
    assert [m.group(0) for m in shape.finditer(ours)] == [
        m.group(0) for m in shape.finditer(theirs)
    ]
    words = [re.sub(r"[#>].*|\".*?\"|\w+\.pdf", "", block) for block in (ours, theirs)]
    commands_in = [re.findall(r"^\.(?:/|venv)\S*(?: \w+)?", block, re.MULTILINE) for block in words]
    assert commands_in[0] == commands_in[1]


def test_pictures_are_small_and_none_is_forgotten() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    shown = {Path(link).name for path in DOCUMENTS for link in links(path.read_text("utf-8"))}
    for picture in pictures:
        assert picture.stat().st_size <= LONGEST_PICTURE, picture.name
        assert picture.name in shown, f"no document shows {picture.name}"
