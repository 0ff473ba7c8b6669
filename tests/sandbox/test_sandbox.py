"""What a confined function may do, what it may not, and how its end is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checklist_app.domain.errors import Cancelled, JobFailed, UnreadableReport
from checklist_app.sandbox import LimitExceeded, Limits, Resource, run_confined

LIMITS = Limits(memory_mb=256, cpu_seconds=5, wall_seconds=20, output_mb=1)


def confined(name: str, payload: bytes = b"", **options: object) -> bytes:
    options.setdefault("limits", LIMITS)
    return run_confined(f"tests.sandbox.targets:{name}", payload, **options)  # type: ignore[arg-type]


def test_result_and_progress_come_back_and_prints_do_not_spoil_them() -> None:
    heard: list[tuple[int, int]] = []
    answer = confined(
        "shout", b"hello", on_progress=lambda done, total: heard.append((done, total))
    )
    assert answer == b"HELLO"
    assert heard[0] == (1, 3)
    assert heard[-1] == (3, 3)


def test_scratch_folder_is_for_writing_and_what_stays_there_stays(tmp_path: Path) -> None:
    assert confined("use_scratch", b"data", scratch=tmp_path) == b"data"
    assert (tmp_path / "kept").read_bytes() == b"data"


def test_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKLIST_SECRET_KEY", "do not hand this on")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    names = set(confined("describe").decode().split(","))
    assert "SOURCE_DATE_EPOCH" in names
    assert names <= {
        "HOME", "LANG", "LC_CTYPE", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH", "TMPDIR", "TZ",
    }  # fmt: skip


def test_the_child_lets_others_go_first() -> None:
    assert int(confined("niceness")) == min(os.nice(0) + 5, 19)


@pytest.mark.parametrize(
    ("name", "limits", "resource"),
    [
        ("eat_memory", LIMITS, Resource.MEMORY),
        ("spin", Limits(cpu_seconds=1, wall_seconds=20), Resource.CPU),
        ("wait_forever", Limits(wall_seconds=1), Resource.WALL),
        ("write_much", LIMITS, Resource.OUTPUT),
        ("answer_much", LIMITS, Resource.OUTPUT),
    ],
)
def test_running_out_of_something_says_of_what(
    name: str, limits: Limits, resource: Resource
) -> None:
    with pytest.raises(LimitExceeded) as caught:
        confined(name, limits=limits)
    assert caught.value.resource is resource
    assert "Traceback" not in str(caught.value)


def test_endless_chatter_ends() -> None:
    with pytest.raises(JobFailed):
        confined("chatter")


def test_cancelling_ends_the_child() -> None:
    heard: list[int] = []
    with pytest.raises(Cancelled):
        confined(
            "wait_forever",
            cancelled=lambda: bool(heard),
            on_progress=lambda done, _total: heard.append(done),
        )


def test_domain_errors_cross_the_border_whole() -> None:
    with pytest.raises(UnreadableReport) as caught:
        confined("refuse")
    assert caught.value.text.msgid == "%(name)s is not a report"
    assert caught.value.text.params == {"name": "lone \ud800 surrogate"}


@pytest.mark.parametrize("name", ["break_down", "die", "dig", "no_such_function"])
def test_a_crash_is_told_without_its_details(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(JobFailed) as caught:
        confined(name)
    assert "secret detail" not in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert f"tests.sandbox.targets:{name}" in caplog.text


@pytest.mark.parametrize("name", ["connect", "resolve", "start_process", "fork"])
def test_no_network_and_no_other_process(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(JobFailed):
        confined(name)
    assert "refused" in caplog.text


def test_the_network_namespace_is_empty_where_the_kernel_allows() -> None:
    routes = confined("interfaces", readable=(Path("/proc/self/net/route"), Path("/proc")))
    if os.geteuid() != 0 and len(routes.splitlines()) > 1:
        pytest.skip("this kernel lets ordinary users make no network namespace")
    assert len(routes.splitlines()) <= 1


def test_files_are_read_only_where_allowed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    assert confined("read_file", os.fsencode(secret), readable=(secret,)) == b"secret"
    with pytest.raises(JobFailed):
        confined("read_file", os.fsencode(secret))
    assert "refused: read" in caplog.text


@pytest.mark.parametrize("name", ["write_file", "remove_file", "escape_by_link"])
def test_nothing_outside_the_scratch_folder_is_changed(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine", encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(JobFailed):
        confined(name, os.fsencode(outside), scratch=scratch, readable=(tmp_path,))
    assert outside.read_text(encoding="utf-8") == "mine"
    assert not outside.is_symlink()
