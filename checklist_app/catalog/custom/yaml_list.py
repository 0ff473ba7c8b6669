"""A custom list as YAML: a head, sections and requirements, in one language or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklist_app.catalog.custom.model import Draft, Row, Words
from checklist_app.catalog.official import shapes
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language
from checklist_app.untrusted.json_text import as_list, as_object

HEAD_KEYS = frozenset(
    {"id", "version", "name", "summary", "licence", "languages", "sections", "requirements"}
)
ROW_KEYS = frozenset(
    {
        "section",
        "identifier",
        "level",
        "title",
        "statement",
        "why",
        "verification",
        "evidence",
        "fix",
        "cwe",
        "applies_to",
        "when",
        "scanners",
    }
)


def is_custom(document: object) -> bool:
    """Whether this is a custom list."""
    return {"id", "version", "requirements"} <= as_object(document).keys()


def read(data: bytes) -> Draft:
    """Return what the file says.

    Raises:
        InvalidInput: it is not YAML, or holds keys that mean nothing here.
    """
    document = shapes.load_yaml(shapes.decoded(data))
    if not is_custom(document):
        raise InvalidInput(
            text("A custom list needs at least the keys id, version and requirements.")
        )
    found = as_object(document)
    _refuse_unknown(found, HEAD_KEYS, "")
    languages = tuple(
        Language(one)
        for one in as_list(found.get("languages", ["es", "en"]))
        if one in list(Language)
    )
    return Draft(
        key=_plain(found.get("id")),
        version=_plain(found.get("version")),
        name=_words(found.get("name"), languages),
        summary=_words(found.get("summary"), languages),
        licence=_plain(found.get("licence")),
        languages=languages,
        sections={
            str(name): _words(title, languages)
            for name, title in as_object(found.get("sections")).items()
        },
        rows=[
            _row(as_object(one), number, languages)
            for number, one in enumerate(as_list(found.get("requirements")), start=1)
        ],
        head="",
    )


def _row(fields: Mapping[str, Any], number: int, languages: tuple[Language, ...]) -> Row:
    where = f"requirements[{number}]"
    _refuse_unknown(fields, ROW_KEYS, where)
    return Row(
        where=where,
        section=_plain(fields.get("section")),
        identifier=_plain(fields.get("identifier")),
        level=_plain(fields.get("level")),
        title=_words(fields.get("title"), languages),
        statement=_words(fields.get("statement"), languages),
        why=_words(fields.get("why"), languages),
        fix=_words(fields.get("fix"), languages),
        verification=_lines(fields.get("verification"), languages),
        evidence=_lines(fields.get("evidence"), languages),
        cwe=_list(fields.get("cwe")),
        applies_to=_list(fields.get("applies_to")),
        when=_list(fields.get("when")),
        scanners=_list(fields.get("scanners")),
    )


def _refuse_unknown(fields: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(str(key) for key in fields.keys() - known)
    if unknown:
        raise InvalidInput(
            text(
                "%(where)s: the key %(key)s means nothing here.",
                where=where or "–",
                key=unknown[0][:60],
            )
        )


def _plain(value: object) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value).strip()


def _words(value: object, languages: tuple[Language, ...]) -> Words:
    """Read ``{es: .., en: ..}``, or one text when there is one language only."""
    if isinstance(value, dict):
        return {language: _plain(value.get(language.value)) for language in languages}
    return {languages[0]: _plain(value)} if len(languages) == 1 and value is not None else {}


def _lines(value: object, languages: tuple[Language, ...]) -> dict[Language, list[str]]:
    if isinstance(value, dict):
        return {language: _list(value.get(language.value)) for language in languages}
    return {languages[0]: _list(value)} if len(languages) == 1 and value is not None else {}


def _list(value: object) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [written for one in values if (written := _plain(one))]
