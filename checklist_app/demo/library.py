"""The demonstration's evidence: each piece is added once and linked wherever it speaks."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.demo.dates import retold
from checklist_app.demo.pictures import screenshot
from checklist_app.demo.story import chapter
from checklist_app.domain.vocabulary import Language
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.services.clock import today
from checklist_app.services.evidence import (
    attach_files,
    attach_link,
    attach_note,
    link_evidence,
)
from checklist_app.services.resources import Resources
from checklist_app.services.uploads import TakenFile, take_file


class Library:
    """Adds evidence to a project at its first use and links it at the next."""

    def __init__(self, resources: Resources, language: Language) -> None:
        self._config = resources.config
        self._language = language.value
        self._known: dict[str, int] = {}
        # Pictures are re-encoded in a child process: before any transaction, as the browser's are.
        self._files = {
            key: self._take(resources, entry)
            for key, entry in chapter("evidence").items()
            if "file" in entry
        }

    def attach(self, session: Session, opened: ItemAccess, key: str) -> None:
        """Let the evidence ``key`` speak to one more item."""
        if key in self._known:
            link_evidence(session, opened, self._known[key])
        else:
            self._known[key] = self._add(session, opened.project, opened, key)

    def _take(self, resources: Resources, entry: dict[str, Any]) -> TakenFile:
        said = entry[self._language]
        is_picture = entry["kind"] == "picture"
        data = screenshot(said) if is_picture else retold(said, today()).encode()
        name = entry["file"][self._language]
        return take_file(resources.store, resources.config, name, BytesIO(data))

    def _add(self, session: Session, access: ProjectAccess, opened: ItemAccess, key: str) -> int:
        entry = chapter("evidence")[key]
        if key in self._files:
            return attach_files(session, access, self._config, opened, [self._files[key]])[0].id
        title = entry["title"][self._language]
        if entry["kind"] == "link":
            return attach_link(session, access, opened, url=entry["url"], title=title).id
        return attach_note(session, access, opened, note=entry[self._language], title=title).id
