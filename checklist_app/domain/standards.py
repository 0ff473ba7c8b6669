"""What a standard is made of: sections, requirements and their texts in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from checklist_app.domain.vocabulary import Language, MappingTier, Relation


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


class Feature(StrEnum):
    """Something that a system has or does, which a requirement may presuppose."""

    WEB = "web"
    ANDROID = "android"
    IOS = "ios"
    API = "api"
    GRAPHQL = "graphql"
    WEBSOCKET = "websocket"
    KUBERNETES = "kubernetes"
    SQL = "sql"
    NOSQL = "nosql"
    LDAP = "ldap"
    XML = "xml"
    PASSWORDS = "passwords"
    JWT = "jwt"
    OAUTH_CLIENT = "oauth-client"
    OAUTH_RESOURCE = "oauth-resource"
    OAUTH_SERVER = "oauth-server"
    SAML = "saml"
    FILE_UPLOAD = "file-upload"
    EMAIL = "email"
    WEBRTC = "webrtc"
    LLM = "llm"
    NATIVE_CODE = "native-code"


_DIGITS = re.compile(r"(\d+)")


def version_order(version: str) -> tuple[tuple[bool, int, str], ...]:
    """Return what sorts versions as people do: 4.0.3 before 5.0.0 before 10, words last."""
    parts = (part for part in _DIGITS.split(version) if part)
    return tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


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
        relation: how the requirement that points stands to the one it points to.
    """

    standard: str
    version: str
    identifier: str
    relation: Relation = Relation.RELATED


@dataclass(frozen=True, slots=True)
class CweMapping:
    """A CWE number whose findings speak to a requirement.

    Attributes:
        cwe: its number; an official list may also name CWE categories.
        tier: how it was found.
        source: the file or judgement it comes from.
        reason: why, where it is our own judgement and not plain.
    """

    cwe: int
    tier: MappingTier = MappingTier.CURATED
    source: str = "content"
    reason: LocalizedText | None = None


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
        features: what it presupposes; it applies to a system that has any of these, and to every
            system when there are none.
        cwe_mappings: the CWE numbers that lead here, ascending.
        no_cwe: why no CWE fits, where that was decided.
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
    cwe_mappings: tuple[CweMapping, ...]
    references: tuple[Reference, ...]
    scanners: tuple[ScannerKind, ...]
    tags: tuple[str, ...]
    features: tuple[Feature, ...] = ()
    no_cwe: LocalizedText | None = None

    @property
    def cwe(self) -> tuple[int, ...]:
        """The CWE numbers alone, ascending."""
        return tuple(mapping.cwe for mapping in self.cwe_mappings)


@dataclass(frozen=True, slots=True)
class Section:
    """Requirements, or further sections, under one heading, in the order they are shown.

    Attributes:
        tags: normalised tags that name the section as a whole, such as ``owasp-top10-2021:A03``.
    """

    identifier: str
    title: LocalizedText
    intro: LocalizedText
    requirements: tuple[Requirement, ...] = ()
    sections: tuple[Section, ...] = ()
    tags: tuple[str, ...] = ()

    def walk(self) -> Iterator[Section]:
        """Yield this section and all below it, parents first."""
        yield self
        for section in self.sections:
            yield from section.walk()


@dataclass(frozen=True, slots=True)
class Standard:
    """One edition of one list; immutable once released.

    Attributes:
        key: names the list across its editions, such as ``owasp-base``.
        version: the edition; key and version together are the identity.
        licence: SPDX identifier of the licence of the texts.
        attribution: whom the texts owe what.
        provenance: where the facts come from and what they were checked against.
        is_elaborated: whether the sections are the official entries and the requirements in them
            our elaboration; otherwise the requirements themselves are the entries.
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
    is_elaborated: bool = False

    def all_sections(self) -> Iterator[Section]:
        """Yield every section at every depth, parents first."""
        for section in self.sections:
            yield from section.walk()

    def requirements(self) -> Iterator[Requirement]:
        """Yield every requirement in the order of the sections."""
        for section in self.all_sections():
            yield from section.requirements
