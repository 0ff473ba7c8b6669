"""A custom list as a spreadsheet: the template we hand out, and the reading of it.

A workbook is a zip archive; what it would unpack to is checked before anything unpacks it, and
formulas, macros and links to other files are refused.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from checklist_app.catalog.custom.model import Draft, Row, Words
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language

LIST, SECTIONS, REQUIREMENTS = "List", "Sections", "Requirements"
MOST_UNPACKED = 50 * 1024 * 1024
MOST_PARTS = 200
LONGEST_ROW = 3000
BOTH = (Language.ES, Language.EN)
PER_LANGUAGE = ("title", "statement", "why", "verification", "evidence", "fix")
COLUMNS = (
    "section",
    "identifier",
    "level",
    *(f"{name}.{language.value}" for name in PER_LANGUAGE for language in BOTH),
    "cwe",
    "applies_to",
    "when",
    "scanners",
)
HEAD_ROWS = ("id", "version", "name.es", "name.en", "summary.es", "summary.en", "licence")
EXAMPLE_HEAD = {
    "id": "acme-hardening",
    "version": "1.0",
    "name.es": "Lista de la casa",
    "name.en": "House list",
    "summary.es": "Lo que exigimos además de OWASP.",
    "summary.en": "What we ask for besides OWASP.",
    "licence": "",
}
EXAMPLE_ROW = {
    "section": "NET",
    "identifier": "NET-01",
    "level": "",
    "title.es": "Sin puertos de administración abiertos",
    "title.en": "No administration ports open",
    "statement.es": "Ningún puerto de administración responde desde internet.",
    "statement.en": "No administration port answers from the internet.",
    "why.es": "Es lo primero que se ataca.",
    "why.en": "It is attacked first.",
    "verification.es": "Ejecute `nmap -p 22,3306,6443 $HOST`.",
    "verification.en": "Run `nmap -p 22,3306,6443 $HOST`.",
    "evidence.es": "Salida de nmap con fecha.",
    "evidence.en": "Output of nmap with its date.",
    "fix.es": "Cierre el puerto o póngalo detrás de una VPN.",
    "fix.en": "Close the port or put it behind a VPN.",
    "cwe": "1125",
    "applies_to": "backend, kubernetes",
    "when": "",
    "scanners": "",
}


def template() -> bytes:
    """Return the empty workbook that people fill in, with one example row."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    head = book.create_sheet(LIST)
    for row, name in enumerate(HEAD_ROWS, start=1):
        head.cell(row, 1, name).font = Font(bold=True)
        head.cell(row, 2, EXAMPLE_HEAD[name])
    head.column_dimensions["A"].width, head.column_dimensions["B"].width = 16, 60
    sections = book.create_sheet(SECTIONS)
    _header(sections, ("identifier", "title.es", "title.en"))
    sections.append(("NET", "Red", "Network"))
    requirements = book.create_sheet(REQUIREMENTS)
    _header(requirements, COLUMNS)
    requirements.append([EXAMPLE_ROW[name] for name in COLUMNS])
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def is_workbook(data: bytes) -> bool:
    """Whether this is a zip archive, which is what a workbook is."""
    return data.startswith(b"PK")


def read(data: bytes) -> Draft:
    """Return what a filled-in template says.

    Raises:
        InvalidInput: it is not our template, too large when unpacked, or holds macros or formulas.
    """
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = {name: list(_cells(book[name])) for name in book.sheetnames}
    except InvalidInput:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise _not_ours() from error
    except Exception as error:  # the library raises what its parsers raise, and there are many
        raise _not_ours() from error
    missing = {LIST, SECTIONS, REQUIREMENTS} - sheets.keys()
    if missing:
        raise InvalidInput(
            text("The sheet %(sheet)s is missing. Start from the template.", sheet=min(missing))
        )
    return _draft(sheets)


def _draft(sheets: dict[str, list[tuple[int, list[str]]]]) -> Draft:
    head = {cells[0]: cells[1] for _, cells in sheets[LIST] if len(cells) > 1 and cells[0]}
    languages = tuple(one for one in BOTH if head.get(f"name.{one.value}"))
    sections: dict[str, Words] = {}
    for _, fields in _named(sheets[SECTIONS], SECTIONS):
        if fields.get("identifier"):
            sections[fields["identifier"]] = _words(fields, "title", languages)
    return Draft(
        key=head.get("id", ""),
        version=head.get("version", ""),
        name={one: head.get(f"name.{one.value}", "") for one in languages},
        summary={one: head.get(f"summary.{one.value}", "") for one in languages},
        licence=head.get("licence", ""),
        languages=languages,
        sections=sections,
        rows=[
            _row(number, fields, languages)
            for number, fields in _named(sheets[REQUIREMENTS], REQUIREMENTS)
            if any(fields.values())
        ],
        head=LIST,
    )


def _row(number: int, fields: dict[str, str], languages: tuple[Language, ...]) -> Row:
    return Row(
        where=f"{REQUIREMENTS}, {number},",
        section=fields.get("section", ""),
        identifier=fields.get("identifier", ""),
        level=fields.get("level", ""),
        title=_words(fields, "title", languages),
        statement=_words(fields, "statement", languages),
        why=_words(fields, "why", languages),
        fix=_words(fields, "fix", languages),
        verification={one: _lines(fields.get(f"verification.{one.value}")) for one in languages},
        evidence={one: _lines(fields.get(f"evidence.{one.value}")) for one in languages},
        cwe=_parts(fields.get("cwe")),
        applies_to=_parts(fields.get("applies_to")),
        when=_parts(fields.get("when")),
        scanners=_parts(fields.get("scanners")),
    )


def _named(lines: list[tuple[int, list[str]]], sheet: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the first one by the names of their columns."""
    if not lines:
        return
    header = [name.strip() for name in lines[0][1]]
    known = {*COLUMNS, ""} if sheet == REQUIREMENTS else {"identifier", "title.es", "title.en", ""}
    for column, name in enumerate(header, start=1):
        if name not in known or (name and header.count(name) > 1):
            raise InvalidInput(
                text(
                    "Sheet %(sheet)s, row 1, column %(column)s: %(name)s is not a column of the "
                    "template, or is there twice.",
                    sheet=sheet,
                    column=get_column_letter(column),
                    name=name[:60],
                )
            )
    for number, cells in lines[1:]:
        yield number, dict(zip(header, cells, strict=False))


def _cells(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > LONGEST_ROW:
            raise InvalidInput(
                text(
                    "Sheet %(sheet)s has more than %(limit)s rows.",
                    sheet=sheet.title,
                    limit=LONGEST_ROW,
                )
            )
        cells = []
        for column, cell in enumerate(row, start=1):
            if column > len(COLUMNS) + 10:
                break
            if cell.data_type == "f":
                raise InvalidInput(
                    text(
                        "Sheet %(sheet)s, row %(row)s, column %(column)s holds a formula. "
                        "Replace it by its value.",
                        sheet=sheet.title,
                        row=number,
                        column=get_column_letter(column),
                    )
                )
            cells.append(_written(cell.value))
        yield number, cells


def _written(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _words(fields: dict[str, str], name: str, languages: tuple[Language, ...]) -> Words:
    return {one: fields.get(f"{name}.{one.value}", "") for one in languages}


def _lines(value: str | None) -> list[str]:
    return [line.strip() for line in (value or "").splitlines() if line.strip()]


def _parts(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").replace(";", ",").split(",") if part.strip()]


def _header(sheet: Worksheet, names: tuple[str, ...]) -> None:
    sheet.append(names)
    for column, cell in enumerate(sheet[1], start=1):
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = 24
    sheet.freeze_panes = "A2"


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _not_ours() from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise InvalidInput(text("The workbook unpacks to more than a list of requirements can be."))
    for part in parts:
        name = part.filename
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise InvalidInput(text("The workbook holds a file with an unsafe name."))
        if "vbaproject" in name.lower() or "externallink" in name.lower():
            raise InvalidInput(text("The workbook holds macros or links to other files."))


def _not_ours() -> InvalidInput:
    return InvalidInput(text("This is not a workbook that can be read. Start from the template."))
