"""What tells one content from another: the digests of an edition and of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checklist_app.domain.standards import Standard

LINK_FIELDS = ("cwe_mappings", "features", "no_cwe", "references", "scanners", "tags")
"""What leads to a requirement or from it; the rest of a requirement are its words."""


def digest(standard: Standard) -> str:
    """Return the SHA-256 of the words of a standard, 64 hexadecimal digits.

    It depends on what the files say, not on how they are laid out: comments, key order and line
    folding do not count, every word, its place and the level of every requirement do. What leads
    to a requirement and from it (CWE numbers, references, scanners, tags, features) does not: that
    may be completed without a new edition.
    """
    content = asdict(standard)
    for section in _nested(content["sections"]):
        del section["tags"]
        section["requirements"] = [
            {key: value for key, value in requirement.items() if key not in LINK_FIELDS}
            for requirement in section["requirements"]
        ]
    return _sha256({"format": 2, "standard": content})


def links_digest(standard: Standard) -> str:
    """Return the SHA-256 of what ``digest`` leaves out, 64 hexadecimal digits."""
    links = {
        requirement["identifier"]: {key: requirement[key] for key in LINK_FIELDS}
        for requirement in map(asdict, standard.requirements())
    }
    tags = {section.identifier: section.tags for section in standard.all_sections()}
    return _sha256({"format": 3, "links": links, "tags": tags})


def files_digest(path: Path) -> str:
    """Return the SHA-256 of the files of a folder, 64 hexadecimal digits: a cheap first look."""
    total = hashlib.sha256()
    for file in sorted(path.rglob("*.y*ml")):
        data = file.read_bytes()
        total.update(f"{file.relative_to(path).as_posix()} {len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _sha256(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _nested(sections: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for section in sections:
        yield section
        yield from _nested(section["sections"])
