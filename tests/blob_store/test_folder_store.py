"""The folder of blobs while others write in it: nobody is disturbed, nothing is lost."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest

from checklist_app.blob_store import folder
from checklist_app.blob_store.cache import Cache
from checklist_app.blob_store.drafts import LOCK, is_older
from checklist_app.blob_store.folder import FolderStore
from checklist_app.domain.errors import AlteredFile
from checklist_app.services.clock import now

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "blobs")


def gone_meanwhile(path: Path) -> None:
    """Leave a name that a listing shows and that nothing is behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path.with_name("nothing"))


def test_an_upload_that_ends_while_drafts_are_swept_disturbs_nobody(tmp_path: Path) -> None:
    left = tmp_path / ".draft-left"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    gone_meanwhile(tmp_path / ".draft-ended")
    gone_meanwhile(tmp_path / ".probe-ended")
    Cache(tmp_path, 100).sweep(now())
    assert not left.exists()


def test_bytes_that_go_while_old_ones_are_looked_for_are_not_named(store: FolderStore) -> None:
    kept = store.put(BytesIO(b"kept"), limit=100)
    gone_meanwhile(store.path(kept.sha256).with_name("0" * 62))
    assert list(store.names_before(now() + DAY)) == [kept.sha256]


def test_files_of_others_in_the_folder_are_left_alone(store: FolderStore) -> None:
    """Whoever puts a backup back leaves such files when the copying is stopped."""
    kept = store.put(BytesIO(b"kept"), limit=100)
    strange = store.path(kept.sha256).with_name(f".{kept.sha256[2:]}.Xy12")
    strange.write_bytes(b"half")
    os.utime(strange, (0, 0))
    assert list(store.names_before(now() + DAY)) == [kept.sha256]


def test_bytes_that_were_cut_off_are_whole_again_after_an_upload(store: FolderStore) -> None:
    blob = store.put(BytesIO(b"whole"), limit=100)
    store.path(blob.sha256).write_bytes(b"wh")
    with pytest.raises(AlteredFile):
        store.path(blob.sha256)
    store.put(BytesIO(b"whole"), limit=100)
    assert store.path(blob.sha256).read_bytes() == b"whole"


def test_a_disk_where_nothing_can_be_written_is_said(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "write_bytes", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    assert not store.is_writable()


def test_what_is_not_there_is_deleted_without_error(store: FolderStore) -> None:
    store.delete("0" * 64, before=now())


def test_the_lock_of_a_folder_is_neither_bytes_nor_left_half_written(
    store: FolderStore, tmp_path: Path
) -> None:
    kept = store.put(BytesIO(b"kept"), limit=100)
    lock = tmp_path / "blobs" / LOCK
    os.utime(lock, (0, 0))
    store.sweep_drafts(now() + DAY)
    assert (lock.stat().st_size, stat.S_IMODE(lock.stat().st_mode)) == (0, 0o600)
    assert list(store.names_before(now() + DAY)) == [kept.sha256]


@pytest.fixture(params=["disk", "NFS"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lock as a disk does, or as NFS does between machines."""
    lock = fcntl.flock

    def nfs(descriptor: int, operation: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            return  # the other machine is not told
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        lock(descriptor, operation)

    if request.param == "NFS":
        monkeypatch.setattr(fcntl, "flock", nfs)


@pytest.mark.usefixtures("file_system")
def test_bytes_that_come_again_while_they_are_deleted_as_old_stay(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = store.put(BytesIO(b"again"), limit=100)
    os.utime(store.path(blob.sha256), (0, 0))
    upload = Thread(target=lambda: store.put(BytesIO(b"again"), limit=100))

    def upload_in_between(path: Path, moment: datetime) -> bool:
        found = is_older(path, moment)
        upload.start()
        upload.join(timeout=0.2)  # it has to wait until the deletion is over
        return found

    monkeypatch.setattr(folder, "is_older", upload_in_between)
    store.delete(blob.sha256, before=now() - DAY)
    upload.join()
    assert store.holds(blob.sha256)
