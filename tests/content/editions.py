"""The editions that we ship, and how many requirements each must have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from checklist_app.catalog.owasp import load_folder
from checklist_app.domain.standards import Requirement, Standard

PROJECT = Path(__file__).resolve().parents[2]
CONTENT = PROJECT / "content"


@dataclass(frozen=True)
class Edition:
    """One folder of ``content/owasp``.

    Attributes:
        entries: of the official list; of the base list, its own requirements.
        per_entry: into how many requirements of ours each entry is elaborated, at least and at
            most; None where the requirements are the entries.
        levels: how many requirements each level adds; empty where there are no levels.
    """

    folder: str
    key: str
    version: str
    entries: int
    per_entry: tuple[int, int] | None = None
    levels: tuple[int, ...] = ()

    @property
    def standard(self) -> Standard:
        """The edition, read."""
        return shipped(self.folder)

    @property
    def requirements(self) -> list[Requirement]:
        """Its requirements in order."""
        return list(self.standard.requirements())


EDITIONS = (
    Edition("asvs-5.0.0", "owasp-asvs", "5.0.0", 345, levels=(70, 183, 92)),
    Edition("base-1.0", "owasp-base", "1.0", 80),
    Edition("api-top10-2023", "owasp-api-top10", "2023", 10, (5, 8)),
    Edition("k8s-top10-2022", "owasp-k8s-top10", "2022", 10, (4, 8)),
    Edition("k8s-top10-2025", "owasp-k8s-top10", "2025", 10, (4, 8)),
    Edition("llm-top10-2025", "owasp-llm-top10", "2025", 10, (4, 8)),
    Edition("masvs-2.1.0", "owasp-masvs", "2.1.0", 24, (2, 2)),
    Edition("mobile-top10-2024", "owasp-mobile-top10", "2024", 10, (4, 8)),
    Edition("proactive-controls-2024", "owasp-proactive-controls", "2024", 10, (4, 8)),
    Edition("top10-2021", "owasp-top10", "2021", 10, (5, 8)),
    Edition("top10-2025", "owasp-top10", "2025", 10, (5, 8)),
    Edition("wstg-4.2", "owasp-wstg", "4.2", 98),
    Edition("wstg-latest", "owasp-wstg", "latest", 113),
)


@cache
def shipped(folder: str) -> Standard:
    """Load one shipped edition."""
    return load_folder(CONTENT / "owasp" / folder)
