"""From an empty machine to a system that can start; quick when there is nothing to do."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import column, select, table
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from checklist_app.cli.paths import CATALOG, CONTENT, LEADING, LINEAGE, MIGRATIONS, ROOT
from checklist_app.config import Config
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Language, OrganisationRole
from checklist_app.models import Standard, User
from checklist_app.services.accounts import create_user
from checklist_app.services.links import is_in_use, issue_link
from checklist_app.services.resources import Resources

STAMP = ".prepared.json"
ADMINISTRATOR = "admin@localhost.localdomain"
ADMINISTRATOR_NAMES = {Language.ES: "Administrador", Language.EN: "Administrator"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing did.

    Attributes:
        migrated: whether tables were made or changed.
        loaded: editions that were added to the library, such as ``owasp-base 1.0``.
    """

    migrated: bool
    loaded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """An administrator who has no password yet, and the secret of the link that sets one."""

    email: str
    token: str


def make_folders(config: Config) -> None:
    """Make the data folder, for this user only, and the secret that signs cookies."""
    os.umask(0o077)  # whatever this process and its children make is for this user only
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.session_secret()


def bring_up_to_date(resources: Resources) -> Prepared:
    """Bring tables and library up to date.

    A stamp in the data folder says to which revision and which editions the files here lead; when
    it is about these very files and the database agrees, neither is read again.

    Raises:
        ContentError: the content has faults; all of them are told.
        Conflict: the library holds an edition with other content.
    """
    sources = _digest_of_sources()
    stamp = _read_stamp(resources.config)
    if stamp.get("sources") == sources and _database_agrees(resources, stamp):
        return Prepared(migrated=False, loaded=())
    migrated = migrate(resources)
    loaded = load_content(resources, CONTENT)
    load_lineage(resources)
    _write_stamp(resources, sources)
    return Prepared(migrated, loaded)


def migrate(resources: Resources) -> bool:
    """Run the migrations that the database lacks; return whether there were any."""
    # Alembic takes a third of a second to import; a second start does without.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    before = _revision(resources)
    with resources.engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return _revision(resources) != before


def load_content(resources: Resources, root: Path) -> tuple[str, ...]:
    """Add what is missing in the library from a folder of editions; return what was added."""
    from checklist_app.catalog.digests import files_digest  # noqa: PLC0415 - see migrate
    from checklist_app.catalog.owasp import folders, load_folders, load_library  # noqa: PLC0415
    from checklist_app.services.standards import load_standard  # noqa: PLC0415

    with resources.sessions() as session:
        known = set(session.scalars(select(Standard.files_digest)))
    digests = {path: files_digest(path) for path in folders(root)}
    changed = [path for path, digest in digests.items() if digest not in known]
    standards = load_folders(changed) if digests else load_library(root)
    with resources.sessions.begin() as session:
        loaded = tuple(
            f"{standard.key} {standard.version}"
            for path, standard in zip(changed, standards, strict=True)
            if load_standard(session, standard, files_digest=digests[path])
        )
        _load_links(session, is_new=bool(loaded))
    return loaded


def _load_links(session: Session, *, is_new: bool) -> None:
    """Tie the library together, and lead what was found earlier to where it leads now."""
    from checklist_app.catalog.rules import load_rules  # noqa: PLC0415 - see migrate
    from checklist_app.services.library_links import relink  # noqa: PLC0415
    from checklist_app.services.mappings import map_rules, route_again  # noqa: PLC0415

    relink(session)
    if map_rules(session, load_rules()) or is_new:
        route_again(session)


def load_lineage(resources: Resources) -> None:
    """Teach the library what became of requirements between the editions that we know."""
    from checklist_app.catalog import lineage  # noqa: PLC0415 - see migrate
    from checklist_app.services.lineages import load_lineages  # noqa: PLC0415

    with resources.sessions.begin() as session:
        load_lineages(session, lineage.load_lineages(LINEAGE))


def make_signing_identity(config: Config) -> str:
    """Make sure that reports can be signed; return the name in the certificate."""
    from checklist_app.services.signing import signing_identity  # noqa: PLC0415 - see migrate

    return signing_identity(config).subject


def first_administrator(
    resources: Resources, language: Language, *, email: str = ADMINISTRATOR
) -> FirstAdministrator | None:
    """Make sure that there is an administrator.

    Returns:
        The first one with a new set-up link, as long as nobody can sign in; None afterwards.
    """
    with resources.sessions.begin() as session:
        user = make_administrator(session, language, email=email)
        if is_in_use(session, user):
            return None
        return FirstAdministrator(user.email, issue_link(session, None, user, resources.config))


def make_administrator(session: Session, language: Language, *, email: str = ADMINISTRATOR) -> User:
    """Return an administrator, one with a password if there is; make the first one.

    No link is handed out: that would end the one which somebody is about to follow.
    """
    known = session.scalars(
        select(User)
        .where(User.organisation_role == OrganisationRole.ADMINISTRATOR, User.is_active)
        .order_by(User.password_hash.is_(None), User.id)
    ).first()
    if known is not None:
        return known
    name = ADMINISTRATOR_NAMES[language]
    role = OrganisationRole.ADMINISTRATOR
    return create_user(session, None, email=email, name=name, organisation_role=role)


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        data = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _sources() -> Iterable[Path]:
    yield from sorted((MIGRATIONS / "versions").glob("*.py"))
    yield from sorted(CONTENT.rglob("*.y*ml"))
    yield from sorted(LINEAGE.rglob("*.csv"))
    for folder in LEADING:
        yield from sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".yaml"))
    yield from sorted(CATALOG.rglob("*.py"))


def _read_stamp(config: Config) -> dict[str, Any]:
    try:
        stamp = json.loads((config.data_dir / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(resources: Resources, sources: str) -> None:
    stamp = {
        "sources": sources,
        "revision": _revision(resources),
        "standards": _editions(resources),
    }
    # Without it the next start takes a second longer, that is all.
    with suppress(OSError):
        (resources.config.data_dir / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


def _database_agrees(resources: Resources, stamp: dict[str, Any]) -> bool:
    if _revision(resources) != stamp.get("revision"):
        return False
    known = _editions(resources)
    return all(edition in known for edition in stamp.get("standards", [None]))


def _revision(resources: Resources) -> str | None:
    version = table("alembic_version", column("version_num"))
    try:
        with resources.engine.connect() as connection:
            found: str | None = connection.scalar(select(version.c.version_num))
            return found
    except DatabaseError:  # there is no such table yet
        return None


def _editions(resources: Resources) -> list[list[str]]:
    with resources.sessions() as session:
        rows = session.execute(
            select(Standard.key, Standard.version, Standard.digest).order_by(Standard.id)
        )
        return [[key, version, digest] for key, version, digest in rows]


def set_up_message(config: Config, administrator: FirstAdministrator) -> tuple[str, str]:
    """Return the link that sets the first password, and the message that goes before it."""
    from checklist_app.cli.console import say  # noqa: PLC0415

    link = f"{config.base_url}/set-password/{administrator.token}"
    return say(
        text(
            "Set the password of %(email)s once, within %(hours)s hours:",
            email=administrator.email,
            hours=config.invitation_hours,
        )
    ), link
