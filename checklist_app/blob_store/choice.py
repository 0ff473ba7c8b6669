"""Which store a system has; the default imports nothing of the other."""

from __future__ import annotations

from checklist_app.blob_store.base import BlobStore
from checklist_app.blob_store.folder import FolderStore
from checklist_app.config import Config


def open_store(config: Config) -> BlobStore:
    """Return the store that the settings name; nothing is connected to yet."""
    if not config.has_object_store:
        return FolderStore(config.blob_dir)
    from checklist_app.blob_store.s3 import S3Store  # noqa: PLC0415 - most systems do without

    return S3Store.of(config)
