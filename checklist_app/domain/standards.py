"""What a standard is made of: sections, requirements and their texts in every language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from checklist_app.domain.vocabulary import Language


class Surface(StrEnum):
    """A part of the assessed system that a requirement speaks about."""

    MOBILE = "mobile"
    WEB = "web"
    BACKEND = "backend"
    DATABASE = "database"
    KUBERNETES = "kubernetes"


class ScannerKind(StrEnum):
    """A family of tools whose findings can speak to a requirement."""

    SAST = "sast"
    DAST = "dast"
    SCA = "sca"
    SECRETS = "secrets"
    IAC = "iac"
    CONTAINER = "container"
    KUBERNETES = "kubernetes"
    TLS = "tls"
    MOBILE = "mobile"


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in every language we speak."""

    es: str
    en: str

    def in_language(self, language: Language) -> str:
        """Return the text in ``language``."""
        return self.es if language is Language.ES else self.en


@dataclass(frozen=True, slots=True)
class LocalizedLines:
    """A list of texts in every language; line N says the same thing in each of them."""

    es: tuple[str, ...]
    en: tuple[str, ...]

    def in_language(self, language: Language) -> tuple[str, ...]:
        """Return the lines in ``language``."""
        return self.es if language is Language.ES else self.en


@dataclass(frozen=True, slots=True)
class Reference:
    """A pointer to a requirement of another standard.

    Attributes:
        standard: key of the other standard, such as ``owasp-asvs``.
        version: its edition, such as ``5.0.0``; identifiers mean nothing without it.
        identifier: the requirement there, such as ``V11.4.2``.
    """

    standard: str
    version: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that must hold, and how a person finds out whether it does.

    Attributes:
        identifier: unique within its standard, such as ``AUTH-01``.
        level: lowest level of the standard that asks for it (1 to 3), ``None`` without levels.
        title: short enough for a ticket.
        statement: what must hold, verifiable.
        why: what goes wrong otherwise.
        verification: steps in the order they are done.
        evidence: what convinces an auditor.
        fix: how to make it hold.
        applies_to: the parts of a system it speaks about.
        cwe: CWE numbers, ascending; a list may also name CWE categories.
        references: the same matter in other standards.
        scanners: tools that can speak to it; empty when only a person can tell.
        tags: normalised tags that route findings here, such as ``owasp-top10-2021:A03``.
    """

    identifier: str
    level: int | None
    title: LocalizedText
    statement: LocalizedText
    why: LocalizedText
    verification: LocalizedLines
    evidence: LocalizedLines
    fix: LocalizedText
    applies_to: tuple[Surface, ...]
    cwe: tuple[int, ...]
    references: tuple[Reference, ...]
    scanners: tuple[ScannerKind, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of requirements under one heading, in the order they are shown."""

    identifier: str
    title: LocalizedText
    intro: LocalizedText
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """One edition of one list; immutable once released.

    Attributes:
        key: names the list across its editions, such as ``owasp-base``.
        version: the edition; key and version together are the identity.
        licence: SPDX identifier of the licence of the texts.
        attribution: whom the texts owe what.
        provenance: where the facts come from and what they were checked against.
    """

    key: str
    version: str
    name: LocalizedText
    summary: LocalizedText
    licence: str
    attribution: LocalizedText
    provenance: LocalizedText
    source_url: str
    sections: tuple[Section, ...]

    def requirements(self) -> Iterator[Requirement]:
        """Yield every requirement in the order of the sections."""
        for section in self.sections:
            yield from section.requirements
