"""Bytes of evidence and reports, named by their SHA-256, outside anything the web serves.

They lie in a local folder, or in an object store for teams that outgrow one machine.
"""

from checklist_app.blob_store.base import MEGABYTE, BlobStore, StoredBlob
from checklist_app.blob_store.choice import open_store
from checklist_app.blob_store.folder import FolderStore

__all__ = ["MEGABYTE", "BlobStore", "FolderStore", "StoredBlob", "open_store"]
