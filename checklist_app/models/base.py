"""What all tables share: names of constraints, and column types that both databases keep."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, Text
from sqlalchemy.dialects.mysql import DATETIME, MEDIUMTEXT
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from checklist_app.domain import vocabulary


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored without offset in UTC with microseconds, always aware in Python."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Keep microseconds on MySQL and MariaDB, which drop them by default."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; store the rest as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone was about to be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


def words(vocabulary_class: type[StrEnum]) -> Enum:
    """Return the column type of a closed vocabulary, stored by value in 20 characters."""
    return Enum(
        vocabulary_class,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def exact(length: int) -> String:
    """Return the column type of a name that means one thing: compared letter by letter.

    MySQL and MariaDB would otherwise take ``josé`` for ``jose`` and ``A`` for ``a``.
    """
    letters: String = String(length).with_variant(
        String(length, collation="utf8mb4_bin"), "mysql", "mariadb"
    )
    return letters


# A missing document is NULL, not the JSON word null.
OptionalJson = JSON(none_as_null=True)

# Plain Text is 64 kB on MySQL; Text(length) turns into LONGTEXT there and never compares equal.
LongText = Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb")

Sha256 = Annotated[str, mapped_column(String(64))]


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        list[int]: JSON(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
        vocabulary.Change: words(vocabulary.Change),
        vocabulary.ChecklistStatus: words(vocabulary.ChecklistStatus),
        vocabulary.Confidence: words(vocabulary.Confidence),
        vocabulary.EvidenceKind: words(vocabulary.EvidenceKind),
        vocabulary.FactorPolicy: words(vocabulary.FactorPolicy),
        vocabulary.FindingMark: words(vocabulary.FindingMark),
        vocabulary.FindingStatus: words(vocabulary.FindingStatus),
        vocabulary.GonePolicy: words(vocabulary.GonePolicy),
        vocabulary.JobKind: words(vocabulary.JobKind),
        vocabulary.JobState: words(vocabulary.JobState),
        vocabulary.Language: words(vocabulary.Language),
        vocabulary.MappingKind: words(vocabulary.MappingKind),
        vocabulary.MappingTier: words(vocabulary.MappingTier),
        vocabulary.Outcome: words(vocabulary.Outcome),
        vocabulary.OrganisationRole: words(vocabulary.OrganisationRole),
        vocabulary.ProofPurpose: words(vocabulary.ProofPurpose),
        vocabulary.Relation: words(vocabulary.Relation),
        vocabulary.RemediationStatus: words(vocabulary.RemediationStatus),
        vocabulary.ReviewStage: words(vocabulary.ReviewStage),
        vocabulary.Role: words(vocabulary.Role),
        vocabulary.Severity: words(vocabulary.Severity),
        vocabulary.StandardOrigin: words(vocabulary.StandardOrigin),
        vocabulary.Theme: words(vocabulary.Theme),
        vocabulary.TokenPurpose: words(vocabulary.TokenPurpose),
        vocabulary.TriageKind: words(vocabulary.TriageKind),
    }
