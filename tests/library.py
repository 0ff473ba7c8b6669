"""A small standard of our own, with one requirement for each thing that a test wants to reach."""

from __future__ import annotations

from dataclasses import replace

from checklist_app.domain.standards import (
    CweMapping,
    LocalizedLines,
    LocalizedText,
    Reference,
    Requirement,
    ScannerKind,
    Section,
    Standard,
    Surface,
)


def both(es: str, en: str) -> LocalizedText:
    return LocalizedText(es, en)


def requirement(identifier: str, es: str, en: str, *, cwe: tuple[int, ...] = ()) -> Requirement:
    return Requirement(
        identifier=identifier,
        level=None,
        title=both(es, en),
        statement=both(f"{es}: debe cumplirse.", f"{en}: must hold."),
        why=both("Porque importa.", "Because it matters."),
        verification=LocalizedLines(("Mirar", "Probar"), ("Look", "Try")),
        evidence=LocalizedLines(("Una captura",), ("A screenshot",)),
        fix=both("Arreglarlo.", "Mend it."),
        applies_to=(Surface.BACKEND,),
        cwe_mappings=tuple(CweMapping(number) for number in cwe),
        references=(Reference("owasp-asvs", "5.0.0", "V1.2.4"),),
        scanners=(ScannerKind.SAST,) if cwe else (),
        tags=(f"owasp-test:{identifier}",),
    )


def standard(version: str = "1.0", *, size: int = 0) -> Standard:
    """Return the test standard; with ``size``, one section of so many requirements is added."""
    sections = [
        Section(
            "IN",
            both("Entradas", "Input"),
            both("Lo que entra.", "What comes in."),
            (
                requirement("IN-01", "Consultas con parámetros", "Bound queries", cwe=(89,)),
                requirement("IN-02", "Salida codificada", "Encoded output", cwe=(79,)),
                requirement("IN-03", "Acta firmada", "Signed minutes"),
            ),
        ),
        Section(
            "AC",
            both("Acceso", "Access"),
            both("Quién puede.", "Who may."),
            (
                requirement("AC-01", "Rol de cada usuario", "A role for every user", cwe=(862,)),
                requirement("AC-02", "Errores discretos", "Discreet errors", cwe=(209,)),
            ),
        ),
    ]
    if size:
        many = tuple(
            requirement(f"BIG-{n:03}", f"Requisito {n}", f"Requirement {n}", cwe=(89,))
            for n in range(size)
        )
        sections.append(Section("BIG", both("Muchos", "Many"), both("Muchos.", "Many."), many))
    return Standard(
        key="owasp-test",
        version=version,
        name=both("Lista de prueba", "Test list"),
        summary=both("Para pruebas.", "For tests."),
        licence="CC-BY-SA-4.0",
        attribution=both("Nosotros", "Ourselves"),
        provenance=both("Escrita aquí", "Written here"),
        source_url="https://example.org/list",
        sections=tuple(sections),
    )


def other_standard(key: str, letter: str) -> Standard:
    """Return the same list under another key, its names beginning with another letter."""
    base = standard("1.0")
    sections = tuple(
        replace(
            section,
            identifier=f"{letter}{section.identifier}",
            requirements=tuple(
                replace(
                    part,
                    identifier=part.identifier.replace("IN", 2 * letter).replace(
                        "AC", f"{letter}A"
                    ),
                )
                for part in section.requirements
            ),
        )
        for section in base.sections
    )
    return replace(base, key=key, sections=sections)
