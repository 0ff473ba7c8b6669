"""The form of the content files; every deviation is an error.

Strict types matter in YAML: an unquoted ``no`` is a boolean and ``1.10`` a number, and both must
be refused where a text belongs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

T = TypeVar("T")

Prose: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Title: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]
Identifier: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*([.:-][A-Z0-9]+)*$", max_length=40)
]
Key: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)
]
Version: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$", max_length=20)
]
Tag: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*:[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=120)
]
FileName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^requirements/[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*\.yaml$")
]
HttpsAddress: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+(/\S*)?$")]
SurfaceName: TypeAlias = Literal["mobile", "web", "backend", "database", "kubernetes"]
ScannerName: TypeAlias = Literal[
    "sast", "dast", "sca", "secrets", "iac", "container", "kubernetes", "tls", "mobile"
]
FeatureName: TypeAlias = Literal[
    "web",
    "android",
    "ios",
    "api",
    "graphql",
    "websocket",
    "kubernetes",
    "sql",
    "nosql",
    "ldap",
    "xml",
    "passwords",
    "jwt",
    "oauth-client",
    "oauth-resource",
    "oauth-server",
    "saml",
    "file-upload",
    "email",
    "webrtc",
    "llm",
    "native-code",
]
TierName: TypeAlias = Literal["A", "B", "curated"]
RelationName: TypeAlias = Literal["same", "narrower", "broader", "related"]
CweNumber: TypeAlias = Annotated[int, Field(gt=0)]
Source: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)
]


def _without_repeats(values: list[T]) -> list[T]:
    seen: list[T] = []
    for value in values:
        if value in seen:
            raise ValueError(f"{value} is listed twice")
        seen.append(value)
    return values


Unique = Annotated[list[T], AfterValidator(_without_repeats)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class LocalizedTextFile(_Strict):
    """A text in both languages."""

    es: Prose
    en: Prose


class LocalizedTitleFile(_Strict):
    """A heading in both languages, short enough for a table or a ticket."""

    es: Title
    en: Title


class LocalizedLinesFile(_Strict):
    """A list of texts in both languages, line by line the same."""

    es: Annotated[list[Prose], Field(min_length=1)]
    en: Annotated[list[Prose], Field(min_length=1)]

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        if len(self.es) != len(self.en):
            raise ValueError(f"{len(self.es)} lines in Spanish but {len(self.en)} in English")
        return self


class ReferenceFile(_Strict):
    """A pointer to a requirement of another standard."""

    standard: Key
    version: Version
    identifier: Identifier
    relation: RelationName = "related"

    def __str__(self) -> str:
        """Return ``standard version identifier``."""
        return f"{self.standard} {self.version} {self.identifier}"


class CweFile(_Strict):
    """A CWE number with where it comes from; a plain number is the short form.

    Without a tier, that of the list's plain numbers holds.
    """

    id: CweNumber
    tier: TierName | None = None
    reason: LocalizedTextFile | None = None


def _full_cwe(value: object) -> object:
    return value if isinstance(value, dict) else {"id": value}


def _told_once(entries: list[CweFile]) -> list[CweFile]:
    _without_repeats([entry.id for entry in entries])
    return entries


class RequirementFile(_Strict):
    """One entry of a requirements file."""

    identifier: Identifier
    level: Annotated[int, Field(ge=1, le=3)] | None
    title: LocalizedTitleFile
    statement: LocalizedTextFile
    why: LocalizedTextFile
    verification: LocalizedLinesFile
    evidence: LocalizedLinesFile
    fix: LocalizedTextFile
    applies_to: Annotated[Unique[SurfaceName], Field(min_length=1)]
    when: Unique[FeatureName] = []
    cwe: Annotated[list[Annotated[CweFile, BeforeValidator(_full_cwe)]], AfterValidator(_told_once)]
    no_cwe: LocalizedTextFile | None = None
    references: Unique[ReferenceFile]
    scanners: Unique[ScannerName]
    tags: Unique[Tag]

    @model_validator(mode="after")
    def _none_fits_only_without(self) -> Self:
        if self.cwe and self.no_cwe:
            raise ValueError("no_cwe says that none fits, yet there is one")
        return self


class SectionFile(_Strict):
    """One entry of ``sections``: with a file of requirements, or with sections of its own."""

    identifier: Identifier
    title: LocalizedTitleFile
    intro: LocalizedTextFile
    tags: Unique[Tag] = []
    file: FileName | None = None
    sections: list[SectionFile] = []

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if (self.file is None) == (not self.sections):
            raise ValueError("needs either a file or sections")
        return self


class StandardFile(_Strict):
    """The whole of ``standard.yaml``."""

    id: Key
    version: Version
    name: LocalizedTitleFile
    summary: LocalizedTextFile
    licence: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+-]+$")]
    attribution: LocalizedTextFile
    provenance: LocalizedTextFile
    source_url: HttpsAddress
    elaborated: bool = False
    plain_cwe_tier: TierName = "curated"
    cwe_sources: dict[TierName, Source] = {}
    sections: Annotated[list[SectionFile], Field(min_length=1)]
