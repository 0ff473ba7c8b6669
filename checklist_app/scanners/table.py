"""The formats we read, in the order in which they are tried. Nothing is found by searching."""

from __future__ import annotations

from pathlib import Path

from checklist_app.domain.errors import InvalidInput, UnreadableReport
from checklist_app.domain.findings import ParsedScan
from checklist_app.domain.text import text
from checklist_app.scanners import (
    acunetix,
    apkleaks,
    arachni,
    bandit,
    burp,
    burp_dast,
    checkov,
    cyclonedx,
    dependency_check,
    detect_secrets,
    dojo_generic,
    github,
    gitlab_dast,
    gitlab_sast,
    gitleaks,
    gosec,
    govulncheck,
    grype,
    hadolint,
    junit,
    kube_bench,
    kube_hunter,
    kube_linter,
    kubeaudit,
    kubescape,
    mobsf,
    mobsf_scorecard,
    nessus,
    nikto,
    njsscan,
    nmap,
    npm_audit,
    nuclei,
    observatory,
    openvas,
    openvex,
    osv_scanner,
    pip_audit,
    popeye,
    prowler,
    retirejs,
    semgrep,
    snyk,
    sonarqube,
    sqlmap,
    ssl_labs,
    sslyze,
    terrascan,
    testssl,
    tfsec,
    trivy,
    trivy_operator,
    trufflehog,
    wapiti,
    wpscan,
    xccdf,
)
from checklist_app.scanners.base import HEAD_BYTES, Head, Kind, Parser, Progress, Report
from checklist_app.scanners.first_formats import FIRST, ReadScan, read_with
from checklist_app.scanners.outlines import outline
from checklist_app.untrusted.json_text import load_json

PARSERS: tuple[Parser, ...] = (
    *FIRST,
    acunetix.PARSER,
    apkleaks.PARSER,
    arachni.PARSER,
    bandit.PARSER,
    burp.PARSER,
    burp_dast.PARSER,
    checkov.PARSER,
    cyclonedx.PARSER,
    dependency_check.PARSER,
    detect_secrets.PARSER,
    dojo_generic.PARSER,
    github.PARSER,
    gitlab_dast.PARSER,
    gitlab_sast.PARSER,
    gitleaks.PARSER,
    gosec.PARSER,
    govulncheck.PARSER,
    grype.PARSER,
    hadolint.PARSER,
    junit.PARSER,
    kube_bench.PARSER,
    kube_hunter.PARSER,
    kube_linter.PARSER,
    kubeaudit.PARSER,
    kubescape.PARSER,
    mobsf.PARSER,
    mobsf_scorecard.PARSER,
    nessus.PARSER,
    nikto.PARSER,
    njsscan.PARSER,
    nmap.PARSER,
    npm_audit.PARSER,
    nuclei.PARSER,
    observatory.PARSER,
    openvas.PARSER,
    openvex.PARSER,
    osv_scanner.PARSER,
    pip_audit.PARSER,
    popeye.PARSER,
    prowler.PARSER,
    retirejs.PARSER,
    semgrep.PARSER,
    snyk.PARSER,
    sonarqube.PARSER,
    sqlmap.PARSER,
    ssl_labs.PARSER,
    sslyze.PARSER,
    terrascan.PARSER,
    testssl.PARSER,
    tfsec.PARSER,
    trivy.PARSER,
    trivy_operator.PARSER,
    trufflehog.PARSER,
    wapiti.PARSER,
    wpscan.PARSER,
    xccdf.PARSER,
)


def recognise(head: bytes) -> Parser | None:
    """Return the parser for a file that begins with ``head``; None if no format fits.

    Args:
        head: the first bytes; 64 KiB are enough.
    """
    return _recognise(Head.of(head))


def _recognise(head: Head) -> Parser | None:
    return next((parser for parser in PARSERS if parser.recognises(head)), None)


def check_format(named: str) -> None:
    """Raise InvalidInput unless ``named`` is empty or the key of a format."""
    if named and _named(named) is None:
        raise InvalidInput(
            text(
                "There is no format %(format)s. Choose one of: %(formats)s.",
                format=named[:40],
                formats=", ".join(sorted(parser.format for parser in PARSERS)),
            ),
            field="format",
        )


def parse_report(
    path: Path, progress: Progress = lambda _done, _total: None, *, named: str = ""
) -> ParsedScan:
    """Recognise a report by its content and read it, in this process.

    Untrusted files go through :func:`checklist_app.scanners.confined.parse_confined` instead.

    Args:
        path: the file; its name means nothing.
        progress: called with results read so far and in all.
        named: key of the format that a person says it has; the content has to fit it.

    Raises:
        UnreadableReport: what is wrong with the file and what to do; never an empty result.
        InvalidInput: there is no format ``named``.
    """
    report = Report(path, progress, is_named=bool(named))
    return parser_of(report, named).parse(report)


def read_into(target: Path, report: Report, named: str = "") -> ReadScan:
    """Do what :func:`parse_report` does, but write the results to a file, one JSON line each.

    Raises:
        UnreadableReport: see :func:`parse_report`.
    """
    return read_with(parser_of(report, named), target, report)


def parser_of(report: Report, named: str) -> Parser:
    """Return who reads a report, by its content or by the format that a person named.

    Raises:
        UnreadableReport: no format fits.
        InvalidInput: there is no format ``named``.
    """
    check_format(named)
    head = report.head()
    parser = _fitting(named, head, report) if named else _recognise(head)
    if parser is None:
        whole = outline(report, head)
        parser = _recognise(whole) if whole else None
    if parser is None:
        raise _unknown(head, report)
    return parser


def _named(format_key: str) -> Parser | None:
    return next((parser for parser in PARSERS if parser.format == format_key), None)


def _bare(head: Head) -> str:
    """Return the beginning of a file without white space, which tools write as they like."""
    return "".join(head.text.split())


def _fitting(named: str, head: Head, report: Report) -> Parser:
    """Return the parser that a person named, if the file can be one of its reports."""
    parser = _named(named)
    if parser is not None and (parser.recognises(head) or _bare(head) in parser.unsigned):
        return parser
    title = parser.title if parser else named
    other = _recognise(head)
    whole = outline(report, head) if parser and other is None else None
    if parser and whole and parser.recognises(whole):
        return parser
    if other is not None:
        raise UnreadableReport(
            text(
                "This is not a report of %(named)s but one of %(found)s. Import it as that, or "
                "leave the format to be recognised.",
                named=title,
                found=other.title,
            )
        )
    raise UnreadableReport(
        text(
            "What this file holds does not fit the format %(named)s. Choose another format, or "
            "export the report again.",
            named=title,
        )
    )


def _unknown(head: Head, report: Report) -> UnreadableReport:
    match head.kind:
        case Kind.EMPTY:
            return UnreadableReport(text("The file is empty. Export the report again."))
        case Kind.ARCHIVE:
            return UnreadableReport(
                text("This is a compressed archive. Unpack it and import the reports in it.")
            )
        case Kind.HTML:
            return UnreadableReport(
                text("This is a web page for people to read. Export the report as XML or JSON.")
            )
        case Kind.JSON if report.check_size() <= HEAD_BYTES:  # a longer one was walked already
            load_json(report.read())  # says what is wrong if it is not even JSON
    return UnreadableReport(
        text(
            "This is not a scanner report that can be read: none of the %(count)s formats fits. "
            "Export the report as JSON, XML or SARIF. If the tool cannot tell in the file which "
            "format it is (some write an empty list when they find nothing), name the format when "
            "you import it.",
            count=len(PARSERS),
        )
    )
