"""Uploaded bytes: stored untouched, looked at, pictured; nobody's evidence yet."""

from __future__ import annotations

import mimetypes
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import filetype

from checklist_app.blob_store import MEGABYTE, BlobStore, StoredBlob
from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.previews import MEDIA_TYPES, make_preview

LONGEST_NAME = 200
SNIFFED_BYTES = 8192
TEXT_TYPES: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"<!doctype html", b"<html"), "text/html"),
    ((b"<?xml",), "application/xml"),
    ((b"{", b"["), "application/json"),
)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """An uploaded file after its bytes were stored and looked at, before it is anybody's evidence.

    Attributes:
        name: what the person called it; data, never a path.
        media_type: what its bytes say it is.
        blob: the untouched original.
        preview: a re-encoded copy, for pictures.
    """

    name: str
    media_type: str
    blob: StoredBlob
    preview: StoredBlob | None


def take_file(store: BlobStore, config: Config, name: str, source: IO[bytes]) -> TakenFile:
    """Store an uploaded file and make its preview; touches no database.

    Raises:
        InvalidInput: it is empty, of a type that is not accepted, or not the picture it claims.
        TooLarge: more bytes than one piece of evidence may have.
        StorageFull: the disk is full.
    """
    blob = store.put(source, limit=config.max_evidence_mb * MEGABYTE)
    if not blob.size:
        raise InvalidInput(text("The file is empty."), field="files")
    with store.path(blob.sha256).open("rb") as stored:
        media_type = sniff(stored.read(SNIFFED_BYTES))
    if media_type not in config.evidence_types:
        raise InvalidInput(
            text(
                "Files of this type (%(type)s) are not accepted as evidence here.", type=media_type
            ),
            field="files",
        )
    if media_type not in MEDIA_TYPES and mimetypes.guess_type(name)[0] in MEDIA_TYPES:
        raise InvalidInput(
            text("This file says it is a picture but cannot be read as one."), field="files"
        )
    preview = _preview(store, blob) if media_type in MEDIA_TYPES else None
    return TakenFile(clean_name(name), media_type, blob, preview)


def sniff(head: bytes) -> str:
    """Return the media type that the first bytes of a file speak for, whatever its name says."""
    guessed = filetype.guess(head)
    if guessed is not None:
        return str(guessed.mime)
    if not _is_text(head):
        return "application/octet-stream"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    for prefixes, media_type in TEXT_TYPES:
        if start.startswith(prefixes):
            return media_type
    return "text/plain"


def _is_text(head: bytes) -> bool:
    # The last character may have been cut in two by reading only the head.
    whole = head[:-4] if len(head) == SNIFFED_BYTES else head
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


def clean_name(name: str) -> str:
    """Return a file name without folders, control or direction characters, 200 characters long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return visible[:LONGEST_NAME] or "file"


def _preview(store: BlobStore, blob: StoredBlob) -> StoredBlob:
    copy = make_preview(store.path(blob.sha256))
    return store.put(BytesIO(copy), limit=len(copy))
