"""Files that an administrator brings for the library: kept as they came, read where it is safe."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from checklist_app.blob_store import BlobStore, StoredBlob
from checklist_app.catalog.custom import confined as custom
from checklist_app.catalog.official import confined as official
from checklist_app.catalog.official.model import Told
from checklist_app.catalog.official.shapes import MOST_BYTES
from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.services.custom_lists import CustomPreview, preview_custom, save_custom
from checklist_app.services.official import FileFacts, Imported, import_official


def keep_file(store: BlobStore, source: IO[bytes]) -> StoredBlob:
    """Store an uploaded file for as long as somebody looks at it.

    Raises:
        InvalidInput: it is empty.
        TooLarge: it has more bytes than a list of requirements can have.
    """
    blob = store.put(source, limit=MOST_BYTES)
    if not blob.size:
        raise InvalidInput(text("The file is empty."), field="file")
    return blob


def is_custom(store: BlobStore, sha256: str) -> bool:
    """Whether a stored file is a list of one's own rather than an official one."""
    return custom.is_custom(store.path(sha256).read_bytes())


def import_stored(
    session: Session, actor: Actor, path: Path, file: FileFacts, told: Told
) -> Imported:
    """Read a stored official file and add it to the library."""
    return import_official(session, actor, official.read_confined(path, told), file)


def preview_stored(session: Session, store: BlobStore, sha256: str) -> CustomPreview:
    """Read a stored list of one's own and say what saving it would do."""
    standard, languages = custom.read_confined(store.path(sha256))
    return preview_custom(session, standard, languages)


def save_stored(session: Session, actor: Actor, store: BlobStore, sha256: str) -> CustomPreview:
    """Save the very bytes that were looked at."""
    standard, languages = custom.read_confined(store.path(sha256))
    preview = preview_custom(session, standard, languages)
    save_custom(session, actor, standard, languages)
    return preview
