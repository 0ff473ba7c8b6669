"""Which kind of tool wrote a report: what it can see at all, and so what its silence can mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checklist_app.domain.findings import tool_key
from checklist_app.domain.standards import ScannerKind

_SAST, _DAST, _SCA, _SECRETS, _IAC, _CONTAINER, _KUBERNETES, _TLS, _MOBILE = (
    ScannerKind.SAST,
    ScannerKind.DAST,
    ScannerKind.SCA,
    ScannerKind.SECRETS,
    ScannerKind.IAC,
    ScannerKind.CONTAINER,
    ScannerKind.KUBERNETES,
    ScannerKind.TLS,
    ScannerKind.MOBILE,
)
_Kinds = frozenset[ScannerKind]


def _each(names: str, *kinds: ScannerKind) -> dict[str, _Kinds]:
    return dict.fromkeys(names.split(), frozenset(kinds))


FORMATS: Mapping[str, _Kinds] = {
    **_each("zap burp burp-dast nuclei wapiti nikto acunetix arachni gitlab-dast", _DAST),
    **_each("wpscan", _DAST, _SCA),
    **_each("sqlmap observatory", _DAST),
    **_each("semgrep bandit gosec sonarqube gitlab-sast", _SAST),
    **_each("njsscan", _SAST),
    **_each("github", _SAST, _SCA),
    **_each("detect-secrets gitleaks trufflehog", _SECRETS),
    **_each("apkleaks", _SECRETS, _MOBILE),
    **_each("dependency-check cyclonedx osv-scanner pip-audit npm-audit govulncheck", _SCA),
    **_each("retirejs openvex", _SCA),
    **_each("grype snyk", _SCA, _CONTAINER),
    **_each("trivy", _SCA, _CONTAINER, _IAC, _SECRETS, _KUBERNETES),
    **_each("trivy-operator", _CONTAINER, _KUBERNETES),
    **_each("checkov terrascan", _IAC, _KUBERNETES),
    **_each("tfsec prowler", _IAC),
    **_each("hadolint", _CONTAINER),
    **_each("kube-bench kubescape kube-linter kubeaudit kube-hunter popeye", _KUBERNETES),
    **_each("testssl sslyze ssl-labs", _TLS),
    **_each("mobsf mobsf-scorecard", _MOBILE, _SAST),
}
"""By format; formats of many tools, such as SARIF, go by the tool."""

TOOLS: Mapping[str, _Kinds] = {
    **_each("codeql semgrep semgrep-oss semgrep-pro bandit gosec njsscan flawfinder", _SAST),
    **_each("brakeman eslint psalm spotbugs security-code-scan snykcode snyk-code", _SAST),
    **_each("mobsfscan", _SAST, _MOBILE),
    **_each("gitleaks trufflehog detect-secrets", _SECRETS),
    **_each("trivy", _SCA, _CONTAINER, _IAC, _SECRETS, _KUBERNETES),
    **_each("grype snyk-open-source snyk-container", _SCA, _CONTAINER),
    **_each("checkov kics terrascan", _IAC, _KUBERNETES),
    **_each("tfsec snyk-iac", _IAC),
    **_each("hadolint", _CONTAINER),
    **_each("zap owasp-zap nuclei burp", _DAST),
}
"""By tool, for reports in a format that many tools write."""

OTHERS: Mapping[str, str] = {
    "codeql": "CodeQL",
    "flawfinder": "Flawfinder",
    "brakeman": "Brakeman",
    "eslint": "ESLint",
    "psalm": "Psalm",
    "spotbugs": "SpotBugs",
    "security-code-scan": "Security Code Scan",
    "kics": "KICS",
}
"""Those of them that have no format of their own, as people call them."""


def kinds_of(report_format: str, tools: str) -> _Kinds:
    """Return what a report's tools can see.

    Args:
        report_format: key of the parser.
        tools: display names, several joined by commas.
    """
    known = FORMATS.get(report_format)
    if known is not None:
        return known
    return _joined(TOOLS.get(tool_key(name), frozenset()) for name in tools.split(","))


def _joined(kinds: Iterable[_Kinds]) -> _Kinds:
    return frozenset().union(*kinds)
