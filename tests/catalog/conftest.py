"""A small standard on disk that each test spoils in its own way."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

STANDARD: dict[str, Any] = {
    "id": "kitchen",
    "version": "1.0",
    "name": {"es": "Cocina", "en": "Kitchen"},
    "summary": {"es": "Lo que se mira en una cocina.", "en": "What is looked at in a kitchen."},
    "licence": "CC-BY-SA-4.0",
    "attribution": {"es": "Propia.", "en": "Ours."},
    "provenance": {"es": "Inventada.", "en": "Made up."},
    "source_url": "https://example.org/kitchen",
    "sections": [
        {
            "identifier": "FIRE",
            "title": {"es": "Fuego", "en": "Fire"},
            "intro": {"es": "Calor.", "en": "Heat."},
            "file": "requirements/01-fire.yaml",
        },
        {
            "identifier": "COLD",
            "title": {"es": "Frío", "en": "Cold"},
            "intro": {"es": "Hielo.", "en": "Ice."},
            "file": "requirements/02-cold.yaml",
        },
    ],
}

REQUIREMENT: dict[str, Any] = {
    "identifier": "FIRE-01",
    "level": None,
    "title": {"es": "Hay extintor", "en": "There is an extinguisher"},
    "statement": {"es": "Hay uno.", "en": "There is one."},
    "why": {"es": "El aceite arde.", "en": "Oil burns."},
    "verification": {"es": ["Mirar.", "Pesar."], "en": ["Look.", "Weigh."]},
    "evidence": {"es": ["Una foto."], "en": ["A photograph."]},
    "fix": {"es": "Comprar uno.", "en": "Buy one."},
    "applies_to": ["backend"],
    "cwe": [636, 20],
    "references": [{"standard": "owasp-asvs", "version": "5.0.0", "identifier": "V16.5.3"}],
    "scanners": [],
    "tags": ["owasp-top10-2021:A05"],
}


class Folder:
    """One edition on disk, written anew by :meth:`save` after a test has changed it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.standard = copy.deepcopy(STANDARD)
        self.fire = [copy.deepcopy(REQUIREMENT)]
        self.cold = [copy.deepcopy(REQUIREMENT) | {"identifier": "COLD-01"}]
        self.save()

    def save(self) -> Path:
        """Write all files and return the folder."""
        (self.path / "requirements").mkdir(parents=True, exist_ok=True)
        self.write("standard.yaml", self.standard)
        self.write("requirements/01-fire.yaml", self.fire)
        self.write("requirements/02-cold.yaml", self.cold)
        return self.path

    def write(self, name: str, data: Any) -> None:
        """Write one file: a string as it is, anything else as YAML."""
        text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True)
        (self.path / name).write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A valid edition in the folder ``kitchen-1.0``."""
    return Folder(tmp_path / "library" / "kitchen-1.0")


@pytest.fixture
def another_folder(folder: Folder) -> Callable[[str], Folder]:
    """Make a further valid edition beside the first, in a folder of the given name."""
    return lambda name: Folder(folder.path.parent / name)
