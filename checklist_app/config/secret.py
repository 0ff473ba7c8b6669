"""The secret that the embedded system generates for itself."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def embedded_secret(path: Path) -> str:
    """Return the secret stored in ``path``, making it (mode 0600) when there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())  # else a loss of power could leave a name with nothing in it
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process made it first; its secret is the one
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
