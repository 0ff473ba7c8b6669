"""govulncheck JSON: vulnerabilities of Go modules, and whether the code calls them.

Source: the package internal/govulncheck of golang.org/x/vuln, protocol 1 and what was before it.
The report is a stream of messages, also as an array; the first versions wrote one object with
``Vulns``. A result is a vulnerability of a module, in however many findings it is told: that the
module is required, that its package is imported, that a symbol is called. An entry of the database
without a finding does not apply to the version of the module.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import (
    About,
    Head,
    Kind,
    Parser,
    Report,
    check_count,
    wrong_type,
)
from checklist_app.scanners.govulncheck_vulnerabilities import TOOL, Gathered, Level
from checklist_app.scanners.reading import Gathering, decoded
from checklist_app.untrusted.json_text import as_list, as_object, as_text, load_json

_SPACE = re.compile(r"[ \t\r\n]*")
_LEGACY = re.compile(r'\{\s*"Calls"\s*:\s*\{\s*"Functions"\s*:')
_KINDS = ("config", "preamble", "progress", "SBOM", "osv", "finding", "vulnerability")
_LEVELS = {"module": Level.REQUIRED, "package": Level.IMPORTED}
_NO_SCANS = ("query", "extract")
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a govulncheck report; its SARIF is read as SARIF."""
    if head.kind is not Kind.JSON or head.has_key("runs"):
        return False
    stream = head.has_key("config") and (
        head.has_key("protocol_version") or '"govulncheck' in head.text
    )
    older = head.has_key("preamble", "query_kind") or head.has_key("Vulns", "OSV")
    return stream or older or _LEGACY.match(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read a govulncheck report.

    Raises:
        UnreadableReport: a message is no JSON, or there is none of govulncheck's.
    """
    messages = list(_messages(report))
    legacy = len(messages) == 1 and "Vulns" in messages[0]
    if not legacy and not any(kind in message for message in messages for kind in _KINDS):
        raise UnreadableReport(
            text(
                "This file holds no message of govulncheck. "
                "Write it with govulncheck -json, or import its SARIF."
            )
        )
    gathering = Gathering("govulncheck", TOOL)
    gathered = Gathered()
    if legacy:
        _read_legacy(gathering, gathered, messages[0])
    else:
        _read_stream(gathering, gathered, messages)
    for result in gathered.results():
        gathering.add(result)
    return gathering.scan()


def _messages(report: Report) -> Iterator[dict[str, Any]]:
    """Yield the messages, whether they follow each other or stand in an array."""
    for number, found in enumerate(_documents(report.read())):
        check_count(number)
        for message in found if isinstance(found, list) else [found]:
            if not isinstance(message, dict):
                raise wrong_type("(root)", "{…}")
            yield message


def _documents(data: bytes) -> Iterator[Any]:
    """Yield the JSON documents of a file that holds any number of them, each read strictly."""
    try:
        characters = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            yield load_json(data)
            return
        characters = decoded(data)  # as PowerShell writes what a program prints
    if not characters.strip():
        load_json(data)  # says that it is empty
    decoder = json.JSONDecoder()
    position = _after_space(characters, 0)
    while position < len(characters):
        try:
            _, end = decoder.raw_decode(characters, position)
        except (ValueError, RecursionError):
            end = len(characters)  # what is wrong with it is said by the strict reader
        yield load_json(characters[position:end].encode("utf-8", "surrogatepass"))
        position = _after_space(characters, end)


def _after_space(characters: str, position: int) -> int:
    space = _SPACE.match(characters, position)
    return space.end() if space else position


def _read_stream(gathering: Gathering, gathered: Gathered, messages: list[dict[str, Any]]) -> None:
    told: list[str] = []
    mode = ""
    for message in messages:
        if "config" in message:
            config = as_object(message["config"])
            mode = as_text(config.get("scan_mode"))
            gathered.depth = _depth(config)
            version = as_text(config.get("scanner_version", config.get("version")))
            gathering.tool_version = version.removeprefix("govulncheck@")
        told.append(as_text(as_object(message.get("progress")).get("message")))
        modules = as_list(as_object(message.get("SBOM")).get("modules"))
        gathering.target = gathering.target or _own_module(modules)
        if "osv" in message:
            gathered.is_stream = True
            gathered.add_entry(as_object(message["osv"]))
        for kind, add in (
            ("finding", gathered.add_finding),
            ("vulnerability", gathered.add_vulnerability),
        ):
            if kind in message and not add(as_object(message[kind])):
                gathering.skip(_UNNAMED)
    _check(gathering, messages, told, mode)


def _depth(config: dict[str, Any]) -> Level:
    if config.get("imports_only") is True:
        return Level.IMPORTED
    return _LEVELS.get(as_text(config.get("scan_level")), Level.CALLED)


def _own_module(modules: list[Any]) -> str:
    """Return the module that was scanned, which has no version."""
    for module in map(as_object, modules):
        known = {name.lower(): clean(value, MAX_SHORT) for name, value in module.items()}
        if known.get("path") and not known.get("version"):
            return known["path"]
    return ""


def _check(
    gathering: Gathering, messages: list[dict[str, Any]], told: list[str], mode: str
) -> None:
    if mode in _NO_SCANS:
        gathering.fail(text("This is an inquiry of the database and no scan. Scan the code."))
    fetching = any(message.startswith("Fetching ") for message in told)
    checking = any(message.startswith("Checking ") for message in told)
    nothing = all("config" in message for message in messages)
    if nothing or (fetching and not checking):
        gathering.fail(
            text(
                "govulncheck ended before it checked anything, so this scan proves nothing. "
                "Look at what it wrote to the console and scan again."
            )
        )


def _read_legacy(gathering: Gathering, gathered: Gathered, root: dict[str, Any]) -> None:
    vulns = root["Vulns"]
    if vulns is not None and not isinstance(vulns, list):
        raise wrong_type("Vulns", "[…]")
    for vuln in map(as_object, vulns or ()):
        if not gathered.add_legacy(vuln, root):
            gathering.skip(_UNNAMED)
    gathering.target = _own_module(as_list(root.get("Modules")))


PARSER = Parser(
    "govulncheck",
    "govulncheck (JSON)",
    recognises,
    parse,
    About(
        versions="govulncheck 1 (protocol 1), the streams before it, and the first object with "
        "`Vulns`. What it writes with -format sarif is read as SARIF.",
        source="internal/govulncheck of golang.org/x/vuln.",
        command="`govulncheck -json ./...`",
        result="A vulnerability of a module; the places that call it are its locations.",
        keys="CWE-1395, for the database of Go names none; rule `govulncheck:<CVE or GO id>`.",
        severity="As in govulncheck's SARIF: high for what the scan was to find (a called symbol), "
        "medium if only imported, low if only required.",
        clean="No finding after the database was read. An entry of the database without a finding "
        "does not apply; a run that stopped before it checked is not clean.",
        differs="Entries of the database without a finding count, as not applicable.",
    ),
)
