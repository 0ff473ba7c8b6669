"""Read the names of weaknesses and list entries that tools write, each in its own spelling.

Every spelling of one thing becomes one tag: ``OWASP-A03:2021 - Injection``, ``OWASP_2021_A03`` and
``A3:2021`` are all ``owasp-top10-2021:A03``. Numbers without an edition name no entry of any
edition, so they are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

MAX_TAGS = 40
"""More tags than this on one finding say nothing."""

_CATEGORIES = ("owasp-top10-", "owasp-api-", "owasp-mobile-", "masvs-")

_CWE = re.compile(r"(?<![A-Za-z])CWE(?:-|[_ :/]{0,2})0*([1-9]\d{0,4})(?!\d)", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"\s*0*([1-9]\d{0,4})\s*")
_LONGEST = 500
_MAX_CWE = 9999
_MAX_NESTING = 3

_SEPARATOR = r"[-_:/ .]{1,3}"
_TOP10_YEARS = r"(20(?:10|13|17|21|25))"
_API_YEARS = r"(20(?:19|23))"
_TOP10 = re.compile(rf"(?<![A-Za-z0-9])A(\d{{1,2}}){_SEPARATOR}{_TOP10_YEARS}(?!\d)", re.IGNORECASE)
_TOP10_YEAR_FIRST = re.compile(
    rf"(?<!\d){_TOP10_YEARS}{_SEPARATOR}A(\d{{1,2}})(?!\d)", re.IGNORECASE
)
_API = re.compile(rf"(?<![A-Za-z0-9])API(\d{{1,2}}){_SEPARATOR}{_API_YEARS}(?!\d)", re.IGNORECASE)
_API_YEAR_FIRST = re.compile(rf"(?<!\d){_API_YEARS}{_SEPARATOR}API(\d{{1,2}})(?!\d)", re.IGNORECASE)
_MOBILE = re.compile(
    r"owasp[-_ ]mobile(?:[-_ ](20\d\d))?[-_: ]{1,3}M(\d{1,2})(?!\d)", re.IGNORECASE
)
_WSTG = re.compile(r"WSTG-(?:v\d{1,3}-)?([A-Z]{4})-(\d{1,2})(?!\d)", re.IGNORECASE)
_ASVS = re.compile(
    r"ASVS[-_ :/]{0,3}v?(\d\.\d(?:\.\d)?)[-_ :/]{1,3}V?(\d{1,2}\.\d{1,2}\.\d{1,2})(?!\d)",
    re.IGNORECASE,
)
_MASVS_1 = re.compile(r"MSTG-([A-Z]{2,12})-(\d{1,2})(?!\d)", re.IGNORECASE)
_MASVS_2 = re.compile(r"MASVS-([A-Z]{2,12})-(\d{1,2})(?!\d)", re.IGNORECASE)

_NAMED: tuple[tuple[re.Pattern[str], Callable[[str, str], str]], ...] = (
    (_WSTG, lambda category, digits: f"wstg:WSTG-{category.upper()}-{int(digits):02}"),
    (_ASVS, lambda version, identifier: f"asvs-{version}:V{identifier}"),
    (_MASVS_1, lambda category, digits: f"masvs-1:MSTG-{category.upper()}-{int(digits)}"),
    (_MASVS_2, lambda category, digits: f"masvs-2:MASVS-{category.upper()}-{int(digits)}"),
)


def names_a_category(tag: str) -> bool:
    """Whether a normalised tag names an entry of a list of ten, or a control: much at once."""
    return tag.startswith(_CATEGORIES)


def cwes_in(value: object, *, bare: bool = False) -> tuple[int, ...]:
    """Return the CWE numbers that a tool's value names, ascending, each once.

    Args:
        value: a text such as ``external/cwe/cwe-079``, ``CWE-79: ..`` or ``CWE-79, CWE-89``, a
            number, or a list of such; anything else names nothing.
        bare: whether a number without the letters CWE is one, as in a field named ``cwe``.
    """
    return tuple(sorted(set(_cwes(value, bare=bare, nesting=0))))


def _cwes(value: object, *, bare: bool, nesting: int) -> Iterator[int]:
    if isinstance(value, str):
        numbers = [int(number) for number in _CWE.findall(value[:_LONGEST])]
        match = _BARE_NUMBER.fullmatch(value[:_LONGEST]) if bare else None
        if match:
            numbers.append(int(match[1]))
        yield from (number for number in numbers if number <= _MAX_CWE)
    elif isinstance(value, int) and not isinstance(value, bool):
        if bare and 0 < value <= _MAX_CWE:
            yield value
    elif isinstance(value, list | tuple) and nesting < _MAX_NESTING:
        for part in value:
            yield from _cwes(part, bare=bare, nesting=nesting + 1)


def tags_in(values: Iterable[object]) -> tuple[str, ...]:
    """Return the normalised tags that these texts name, sorted, each once, at most MAX_TAGS."""
    found = {tag for value in values if isinstance(value, str) for tag in _tags(value[:_LONGEST])}
    return tuple(sorted(found))[:MAX_TAGS]


def _tags(value: str) -> Iterator[str]:
    for number, year in _numbered(value, _TOP10, _TOP10_YEAR_FIRST):
        yield f"owasp-top10-{year}:A{number:02}"
    for number, year in _numbered(value, _API, _API_YEAR_FIRST):
        yield f"owasp-api-{year}:API{number}"
    for year, digits in _MOBILE.findall(value):
        # Without a year it is the tool's own list of ten; the reader sees that none is claimed.
        yield f"owasp-mobile-{year}:M{int(digits)}" if year else f"owasp-mobile:M{int(digits)}"
    for pattern, write in _NAMED:
        for first, second in pattern.findall(value):
            yield write(first, second)


def _numbered(
    value: str, number_first: re.Pattern[str], year_first: re.Pattern[str]
) -> Iterator[tuple[int, str]]:
    pairs = [(number, year) for number, year in number_first.findall(value)]
    pairs += [(number, year) for year, number in year_first.findall(value)]
    for number, year in pairs:
        if 1 <= int(number) <= 10:
            yield int(number), year
