"""What ./run says and does before anything is installed, tried with stand-ins for the system."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Machine:
    """A folder with the set-up functions and a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "programs"
        self.programs.mkdir()
        (folder / "scripts").mkdir()
        script = ROOT / "scripts" / "environment.sh"
        (folder / "scripts" / "environment.sh").write_bytes(script.read_bytes())
        for name in ("cat", "cksum", "find", "mktemp", "rm", "sed", "sh", "tail", "env"):
            (self.programs / name).symlink_to(Path("/usr/bin") / name)

    def has(self, program: str, script: str) -> None:
        """Put a stand-in of a program on the PATH."""
        path = self.programs / program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def does(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a function of the set-up and return how it ended."""
        return subprocess.run(
            ["/bin/sh", "-euc", f". scripts/environment.sh; {command}"],
            cwd=self.folder,
            env={"PATH": str(self.programs), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_python_that_is_too_old_is_refused_with_the_way_out(machine: Machine) -> None:
    machine.has("python3", "exit 1")
    result = machine.does("find_python")
    assert result.returncode == 1
    assert "Python 3.11 or newer" in result.stderr


def test_a_newer_python_beside_an_old_one_is_taken(machine: Machine) -> None:
    machine.has("python3", "exit 1")
    machine.has("python3.13", "exit 0")
    assert machine.does('find_python; echo "$python"').stdout == "python3.13\n"


def test_without_root_and_sudo_the_line_to_type_is_printed(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("apt-get", "exit 99")
    result = machine.does("install_packages one two")
    assert result.returncode == 1
    assert "sudo apt-get install -y --no-install-recommends one two" in result.stderr


def test_root_installs_by_itself(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get", f'echo "$@" >>{machine.folder}/calls')
    assert machine.does("install_packages one two").returncode == 0
    assert (machine.folder / "calls").read_text().splitlines() == [
        "update -qq",
        "install -y --no-install-recommends one two",
    ]


def test_a_failing_apt_shows_what_it_said(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get", "echo 'no route to the mirror' >&2; exit 100")
    result = machine.does("install_packages one")
    assert result.returncode == 1
    assert "no route to the mirror" in result.stderr


def test_a_system_without_apt_is_told_the_names(machine: Machine) -> None:
    result = machine.does("install_packages libpango-1.0-0")
    assert result.returncode == 1
    assert "libpango-1.0-0" in result.stderr


def test_without_pango_it_goes_on_and_says_what_is_missing(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("python3", 'case "$*" in -) exit 1 ;; *) exit 0 ;; esac')
    result = machine.does("python=python3; need_system_packages; echo on")
    assert result.stdout == "on\n"
    assert "everything works but writing PDF reports" in result.stderr


def test_without_venv_it_stops(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("python3", 'case "$*" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac')
    result = machine.does("python=python3; need_system_packages; echo on")
    assert result.returncode == 1
    assert "python3-venv" in result.stderr
    assert result.stdout == ""


def test_a_catalogue_is_compiled_only_when_it_is_newer(machine: Machine) -> None:
    folder = machine.folder / "checklist_app" / "translations" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, compiled = folder / "messages.po", folder / "messages.mo"
    source.write_text('msgid "Yes"\nmsgstr "Sí"\n')
    pybabel = machine.folder / ".venv" / "bin" / "pybabel"
    pybabel.parent.mkdir(parents=True)
    pybabel.write_text(f'#!/bin/sh\necho compiled >>{machine.folder}/calls\n: >"$6"\n')
    pybabel.chmod(0o755)
    calls = machine.folder / "calls"

    machine.does("compile_catalogues")
    machine.does("compile_catalogues")
    assert calls.read_text().count("compiled") == 1

    later = compiled.stat().st_mtime + 10
    os.utime(source, (later, later))
    machine.does("compile_catalogues")
    assert calls.read_text().count("compiled") == 2


def test_no_registry_is_named_in_the_locks() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        pins = [line for line in text.splitlines() if line[:1].isalnum()]
        assert pins
        assert all(line.endswith("\\") for line in pins), "every pin is followed by its hashes"
