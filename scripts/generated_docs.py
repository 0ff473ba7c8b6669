"""Writes the parts of the documentation that the code knows best, between their markers.

    .venv/bin/python scripts/generated_docs.py            write them
    .venv/bin/python scripts/generated_docs.py --check    exit 1 when one is out of date

A part stands between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``; what is outside is
written by people. ``tests/house/test_docs.py`` fails when a part is out of date.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from checklist_app.domain.permissions import (
    ORGANISATION_PERMISSIONS,
    ROLE_PERMISSIONS,
    Permission,
)
from checklist_app.domain.vocabulary import Language, OrganisationRole, Role
from scripts.api_tables import operations_table, scopes_table
from scripts.library_tables import coverage_table, library_table
from scripts.scanner_tables import scanner_differences, scanners_in_detail, scanners_table
from scripts.self_assessment_docs import counts_table, gaps_list

ROOT = Path(__file__).resolve().parents[1]

ROLE_WORDS: Mapping[Language, Mapping[Role, str]] = {
    Language.EN: {
        Role.OWNER: "Owner",
        Role.MANAGER: "Manager",
        Role.REVIEWER: "Reviewer",
        Role.CONTRIBUTOR: "Contributor",
        Role.VIEWER: "Viewer",
    },
    Language.ES: {
        Role.OWNER: "Responsable",
        Role.MANAGER: "Gestor",
        Role.REVIEWER: "Revisor",
        Role.CONTRIBUTOR: "Colaborador",
        Role.VIEWER: "Lector",
    },
}

ORGANISATION_WORDS: Mapping[Language, Mapping[OrganisationRole, str]] = {
    Language.EN: {
        OrganisationRole.ADMINISTRATOR: "Administrator",
        OrganisationRole.AUDITOR: "Auditor",
        OrganisationRole.MEMBER: "Member",
    },
    Language.ES: {
        OrganisationRole.ADMINISTRATOR: "Administrador",
        OrganisationRole.AUDITOR: "Auditor",
        OrganisationRole.MEMBER: "Miembro",
    },
}

PERMISSION_WORDS: Mapping[Permission, tuple[str, str]] = {
    Permission.PROJECT_VIEW: ("read everything in the project", "leer todo el proyecto"),
    Permission.SCAN_VIEW: ("read scans and jobs", "leer análisis y tareas"),
    Permission.REPORT_VIEW: ("read and download reports", "leer y descargar informes"),
    Permission.GATE_VIEW: (
        "ask the gate of a pipeline",
        "consultar el control de un pipeline de CI",
    ),
    Permission.EVIDENCE_ADD: (
        "add, link and unlink evidence",
        "añadir, enlazar y quitar evidencia",
    ),
    Permission.SCAN_IMPORT: ("import scanner reports", "importar informes de analizadores"),
    Permission.JOB_MANAGE_OWN: (
        "cancel and retry background work that they began",
        "cancelar y reintentar las tareas en segundo plano que empezaron",
    ),
    Permission.JOB_MANAGE: (
        "cancel and retry the background work of others",
        "cancelar y reintentar las tareas en segundo plano de otras personas",
    ),
    Permission.REMEDIATION_ADVANCE: (
        "move a remediation on",
        "hacer avanzar una remediación",
    ),
    Permission.CHECKLIST_CREATE: ("start a checklist", "empezar una lista de verificación"),
    Permission.VERDICT_RECORD: ("record verdicts", "registrar veredictos"),
    Permission.VERDICT_ACCEPT: (
        "accept or send back the verdict of somebody else",
        "aceptar o devolver el veredicto de otra persona",
    ),
    Permission.ROUTE_CORRECT: (
        "correct where the findings of a rule lead",
        "corregir adónde llevan los hallazgos de una regla",
    ),
    Permission.FINDING_TRIAGE: (
        "mark findings as false positives, and reopen them",
        "marcar hallazgos como falsos positivos y reabrirlos",
    ),
    Permission.REMEDIATION_PLAN: ("plan a remediation", "planificar una remediación"),
    Permission.REPORT_CREATE: ("build reports", "generar informes"),
    Permission.PROJECT_EDIT: (
        "change the project's name, scope and language",
        "cambiar nombre, alcance e idioma del proyecto",
    ),
    Permission.PROJECT_ARCHIVE: (
        "archive and restore the project",
        "archivar y restaurar el proyecto",
    ),
    Permission.MEMBER_MANAGE: ("manage members and roles", "gestionar miembros y roles"),
    Permission.CHECKLIST_SIGN_OFF: ("sign a checklist off", "firmar y cerrar una lista"),
    Permission.TOKEN_VIEW: (
        "see which tokens pipelines have",
        "ver qué tokens tienen los pipelines de CI",
    ),
    Permission.TOKEN_MANAGE: (
        "make and end tokens for pipelines",
        "crear y revocar tokens para pipelines de CI",
    ),
    Permission.WEBHOOK_VIEW: (
        "see which webhooks there are and what became of their messages",
        "ver qué webhooks hay y qué fue de sus mensajes",
    ),
    Permission.WEBHOOK_MANAGE: ("manage webhooks", "gestionar los webhooks"),
    Permission.WAIVER_GRANT: ("grant and revoke waivers", "conceder y revocar dispensas"),
    Permission.ACCOUNT_MANAGE: (
        "manage their own account and sessions",
        "gestionar su propia cuenta y sus sesiones",
    ),
    Permission.ACCOUNT_SIGN_OUT: (
        "end the tokens of their own programs",
        "terminar los tokens de sus propios programas",
    ),
    Permission.PROJECT_LIST: ("see the list of their projects", "ver la lista de sus proyectos"),
    Permission.STANDARD_VIEW: ("read the library of standards", "leer la biblioteca de estándares"),
    Permission.PROJECT_CREATE: (
        "create projects, and own them",
        "crear proyectos, como responsable",
    ),
    Permission.ORGANISATION_VIEW: (
        "read accounts, groups, sign-in rules, jobs and corrected routes",
        "leer cuentas, grupos, reglas de acceso, tareas y rutas corregidas",
    ),
    Permission.USER_MANAGE: ("manage accounts and their roles", "gestionar cuentas y sus roles"),
    Permission.GROUP_MANAGE: ("manage groups of people", "gestionar grupos de personas"),
    Permission.LIBRARY_MANAGE: (
        "add lists and official texts to the library",
        "añadir listas y textos oficiales a la biblioteca",
    ),
    Permission.SECURITY_VIEW: (
        "read security events and alerts",
        "leer los eventos de seguridad y las alertas",
    ),
    Permission.SECURITY_MANAGE: (
        "acknowledge alerts and set their rules",
        "confirmar alertas y ajustar sus reglas",
    ),
}


def settings_table() -> str:
    """Return the table that ``checklist settings --markdown`` prints."""
    command = [sys.executable, "-m", "checklist_app", "settings", "--markdown"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def roles_table(language: Language) -> str:
    """Return which role may do what inside its project."""
    return _table(language, ROLE_WORDS[language], ROLE_PERMISSIONS)


def organisation_table(language: Language) -> str:
    """Return what people may do outside any project, and whose projects they read."""
    table = _table(language, ORGANISATION_WORDS[language], ORGANISATION_PERMISSIONS)
    said = (
        "read every project, its tokens and webhooks",
        "leer todos los proyectos, sus tokens y sus webhooks",
    )
    marks = ("●" if role is OrganisationRole.AUDITOR else "" for role in OrganisationRole)
    row = "| " + " | ".join([said[0 if language is Language.EN else 1], *marks]) + " |"
    return f"{table}\n{row}"


def _table(
    language: Language, words: Mapping[Any, str], allowed: Mapping[Any, frozenset[Permission]]
) -> str:
    """Return a table of permissions, one column for each role in ``words``."""
    known = frozenset[Permission]().union(*allowed.values())
    first = "May" if language is Language.EN else "Puede"
    rows = [
        "| " + " | ".join([first, *words.values()]) + " |",
        "|---" + "|:-:" * len(words) + "|",
    ]
    ordered = [permission for permission in PERMISSION_WORDS if permission in known]
    for permission in ordered:
        said = PERMISSION_WORDS[permission][0 if language is Language.EN else 1]
        marks = ("●" if permission in allowed[role] else "" for role in words)
        rows.append("| " + " | ".join([said, *marks]) + " |")
    return "\n".join(rows)


def floors() -> str:
    """Return the floors of the house, as import-linter checks them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(
        contract
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["containers"] == ["checklist_app"]
    )
    layers = [re.sub(r"[()]", "", layer) for layer in contract["layers"]]
    return "\n".join(["```text", *(name for name in layers if name != "__main__"), "```"])


def rooms_list() -> str:
    """Return every room of the package with the first sentence of its docstring."""
    rows = ["| Room | Purpose |", "|---|---|"]
    package = ROOT / "checklist_app"
    rooms = [path for path in package.iterdir() if (path / "__init__.py").is_file()]
    rooms += [path for path in package.glob("*.py") if not path.name.startswith("__")]
    for room in sorted(rooms, key=lambda path: path.name):
        source = room / "__init__.py" if room.is_dir() else room
        said = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
        summary = " ".join(said.split("\n\n")[0].split()).replace("``", "`")
        rows.append(f"| `{room.name}{'/' if room.is_dir() else ''}` | {summary} |")
    return "\n".join(rows)


PARTS: Mapping[str, tuple[str, Callable[[], str]]] = MappingProxyType(
    {
        "scopes": ("docs/api.md", scopes_table),
        "operations": ("docs/api.md", operations_table),
        "settings": ("docs/operator.md", settings_table),
        "scanners": ("docs/scanners.md", scanners_table),
        "scanners in detail": ("docs/scanners.md", scanners_in_detail),
        "scanner differences": ("docs/scanners.md", scanner_differences),
        "floors": ("docs/architecture.md", floors),
        "rooms": ("docs/architecture.md", rooms_list),
        "library": ("docs/content.md", library_table),
        "coverage": ("docs/content.md", coverage_table),
        "self-assessment base": ("docs/self-assessment.md", lambda: counts_table("base")),
        "self-assessment base gaps": ("docs/self-assessment.md", lambda: gaps_list("base")),
        "self-assessment asvs": ("docs/self-assessment.md", lambda: counts_table("asvs")),
        "self-assessment asvs gaps": ("docs/self-assessment.md", lambda: gaps_list("asvs")),
        "roles": ("docs/team.md", lambda: roles_table(Language.EN)),
        "organisation": ("docs/team.md", lambda: organisation_table(Language.EN)),
        "organisation-es": ("docs/es/team.md", lambda: organisation_table(Language.ES)),
        "roles-es": ("docs/es/team.md", lambda: roles_table(Language.ES)),
    }
)
"""By name: the file that holds a part, and what writes it."""


def with_part(source: str, name: str, part: str) -> str:
    """Return a document with one part replaced.

    Raises:
        ValueError: the document does not hold the two markers.
    """
    begin, end = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(re.escape(begin) + r"\n.*?" + re.escape(end), re.DOTALL)
    if not pattern.search(source):
        raise ValueError(f"the markers of {name} are missing")
    return pattern.sub(lambda _: f"{begin}\n{part}\n{end}", source)


def outdated() -> Iterable[tuple[Path, str]]:
    """Yield each document whose part is out of date, with what it should say."""
    for name, (file, write) in PARTS.items():
        path = ROOT / file
        said = path.read_text(encoding="utf-8")
        wanted = with_part(said, name, write())
        if wanted != said:
            yield path, wanted


def main() -> int:
    """Write the parts, or only look; return the exit code."""
    found = False
    for path, wanted in outdated():
        found = True
        print(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.write_text(wanted, encoding="utf-8")
    return int(found and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
