"""Lists of an organisation's own: looked at before they are saved, immutable afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.digests import digest
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import Conflict
from checklist_app.domain.lineage import Step, compare
from checklist_app.domain.standards import Requirement
from checklist_app.domain.standards import Standard as Content
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, StandardOrigin
from checklist_app.models import Requirement as RequirementRow
from checklist_app.models import RequirementText, Standard
from checklist_app.services import audit
from checklist_app.services.library_links import relink
from checklist_app.services.standards import load_standard


@dataclass(frozen=True, slots=True)
class CustomPreview:
    """What saving a list would do.

    Attributes:
        previous: the newest version of the same list in the library, empty if there is none.
        steps: what became of each requirement since that version.
    """

    standard: Content
    languages: tuple[Language, ...]
    previous: str
    steps: tuple[Step, ...]


def preview_custom(
    session: Session, standard: Content, languages: tuple[Language, ...]
) -> CustomPreview:
    """Return what saving a list would do; nothing is written.

    Raises:
        Conflict: this version is there already, with these or with other words, or the name
            belongs to a list that is not a custom one.
    """
    editions = session.scalars(
        select(Standard).where(Standard.key == standard.key).order_by(Standard.id.desc())
    ).all()
    for edition in editions:
        _refuse(edition, standard)
    previous = editions[0] if editions else None
    after = {one.identifier: _words(one) for one in standard.requirements()}
    steps = compare(_stored_words(session, previous), after) if previous else []
    return CustomPreview(standard, languages, previous.version if previous else "", tuple(steps))


def save_custom(
    session: Session, actor: Actor | None, standard: Content, languages: tuple[Language, ...]
) -> None:
    """Add a list to the library, all of it or nothing.

    Raises:
        Conflict: as for :func:`preview_custom`.
    """
    preview_custom(session, standard, languages)
    load_standard(session, standard, origin=StandardOrigin.CUSTOM, languages=languages)
    relink(session)
    audit.record(
        session,
        actor,
        "library:custom:save",
        f"{standard.key} {standard.version}",
        requirements=len(list(standard.requirements())),
    )


def _refuse(edition: Standard, standard: Content) -> None:
    if edition.origin is not StandardOrigin.CUSTOM:
        raise Conflict(
            text("The name %(key)s belongs to a list that is not yours.", key=standard.key)
        )
    if edition.version != standard.version:
        return
    if edition.digest == digest(standard):
        raise Conflict(
            text(
                "%(key)s %(version)s is in the library already, with these very words.",
                key=standard.key,
                version=standard.version,
            )
        )
    raise Conflict(
        text(
            "%(key)s %(version)s is in the library already with other words. A saved version never "
            "changes: give this one a new version.",
            key=standard.key,
            version=standard.version,
        )
    )


def _words(requirement: Requirement) -> str:
    return "\n".join(
        f"{requirement.title.in_language(one)}\n{requirement.statement.in_language(one)}"
        for one in sorted(Language)
    )


def _stored_words(session: Session, standard: Standard) -> dict[str, str]:
    rows = session.execute(
        select(RequirementRow.identifier, RequirementText.title, RequirementText.statement)
        .join(RequirementText, RequirementText.requirement_id == RequirementRow.id)
        .where(RequirementRow.standard_id == standard.id, RequirementRow.is_leaf)
        .order_by(RequirementRow.position, RequirementText.language)
    )
    found: dict[str, list[str]] = {}
    for identifier, title, statement in rows:
        found.setdefault(identifier, []).append(f"{title}\n{statement}")
    return {identifier: "\n".join(parts) for identifier, parts in found.items()}
