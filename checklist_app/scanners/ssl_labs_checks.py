"""What SSL Labs found at one endpoint, check by check.

The meaning of every value is that of the documentation of its API (``ssllabs-api-docs-v3.md``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from checklist_app.domain.findings import MAX_SHORT, FindingState, clean
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.ssl_labs_meanings import (
    CERTIFICATE_ISSUES,
    CHAIN_ISSUES,
    CODES,
    FLAGS,
    GRADES,
    HSTS_WRONG,
    NAMES,
    NOT_TESTED,
    OLD_PROTOCOLS,
    SERIOUS_CHAIN_ISSUES,
    SUITES,
    WANTED,
)
from checklist_app.untrusted.json_text import as_list, as_object


@dataclass(frozen=True, slots=True)
class Check:
    """One check; ``severity`` is None where all is well or nothing is said."""

    rule: str
    told: str
    state: FindingState
    severity: Severity | None = None
    detail: str = ""

    @property
    def title(self) -> str:
        """Return what was checked and what was found."""
        return f"{NAMES.get(self.rule, self.rule)}: {self.told}"


def _judged(rule: str, severity: Severity | None, told: str, detail: str = "") -> Check:
    state = FindingState.OPEN if severity else FindingState.PASSED
    return Check(rule, told, state, severity, detail)


def checks_of(endpoint: dict[str, Any], certificates: dict[str, Any]) -> Iterator[Check]:
    """Yield what was checked at an endpoint; without details that is its grade alone.

    Args:
        endpoint: an element of ``endpoints[]``.
        certificates: the certificates of the host by their id.
    """
    grade = clean(endpoint.get("grade"), 10)
    if grade:
        # A grade that is not of the scale known here is no good one.
        yield _judged("grade", GRADES.get(grade, Severity.MEDIUM), grade)
    details = as_object(endpoint.get("details"))
    if details:
        yield from _flags(details)
        yield from _codes(details)
        yield from _protocols(details)
        yield from _suites(details)
        yield from _chains(details, certificates)
        yield from _headers(details)


def _flags(details: dict[str, Any]) -> Iterator[Check]:
    for bad, table in ((True, FLAGS), (False, WANTED)):
        for name, severity in table.items():
            value = details.get(name)
            if isinstance(value, bool):
                wrong = severity if value is bad else None
                yield _judged(name, wrong, "yes" if value else "no")


def _codes(details: dict[str, Any]) -> Iterator[Check]:
    for name, meanings in CODES.items():
        value = details.get(name)
        if type(value) is not int or value in NOT_TESTED.get(name, ()):
            continue
        if value in meanings:
            yield _judged(name, meanings[value], f"{name} {value}")
        else:
            # Zero is unknown; below the test failed; others, such as 0-RTT, have to be weighed.
            unknown = value == 0
            state = FindingState.OBSERVATION if unknown else FindingState.NEEDS_REVIEW
            yield Check(name, f"{name} {value}", state)


def _protocols(details: dict[str, Any]) -> Iterator[Check]:
    listed = details.get("protocols")
    if not isinstance(listed, list):
        return
    offered = [
        f"{clean(protocol.get('name'), 20)} {clean(protocol.get('version'), 20)}"
        for protocol in map(as_object, listed)
        if not protocol.get("v2SuitesDisabled")
    ]
    for name, severity in OLD_PROTOCOLS.items():
        rule = f"protocol/{name.replace(' ', '-')}"
        wrong = name in offered
        yield _judged(rule, severity if wrong else None, "offered" if wrong else "not offered")
    for name in offered:
        if name not in OLD_PROTOCOLS:
            rule = f"protocol/{name.replace(' ', '-')}"
            yield Check(rule, "offered", FindingState.OBSERVATION)


def _suites(details: dict[str, Any]) -> Iterator[Check]:
    """Yield one check for insecure suites and one for weak ones; they are listed by protocol."""
    holders = details.get("suites")
    if not isinstance(holders, list | dict):
        return
    # Version 2 of the API has one list for all protocols.
    lists = [as_object(part).get("list") for part in as_list(holders) or [holders]]
    suites = [as_object(suite) for found in lists for suite in as_list(found)]
    for quality, rule, severity in SUITES:
        found = [suite for suite in suites if suite.get("q") == quality]
        names = list(dict.fromkeys(clean(suite.get("name"), MAX_SHORT) for suite in found))
        told = f"{len(names)} offered" if names else "none offered"
        yield _judged(rule, severity if names else None, told, "\n".join(names))


def _chains(details: dict[str, Any], certificates: dict[str, Any]) -> Iterator[Check]:
    """Yield what is wrong with each certificate and its chain; those without SNI do not count."""
    chains = [as_object(chain) for chain in as_list(details.get("certChains"))]
    for chain in chains:
        if chain.get("noSni") is not True:
            ids = as_list(chain.get("certIds"))
            leaf = certificates.get(clean(ids[0], MAX_SHORT)) if ids else None
            yield from _certificate(as_object(leaf))
            yield from _chain(chain)
    if not chains and "cert" in details:  # version 2 of the API
        yield from _certificate(as_object(details["cert"]))
        yield from _chain(as_object(details.get("chain")))


def _certificate(leaf: dict[str, Any]) -> Iterator[Check]:
    issues = leaf.get("issues")
    if type(issues) is not int:
        return
    found = _bits(issues, CERTIFICATE_ISSUES)
    if leaf.get("revocationStatus") == 1 and "revoked" not in found:
        found.append("revoked")
    if leaf.get("keyKnownDebianInsecure") is True:
        found.append("key of the Debian flaw")
    subject = clean(leaf.get("subject"), MAX_SHORT)
    severity = Severity.HIGH if found else None
    yield _judged("certificate", severity, ", ".join(found) or "valid", subject)


def _chain(chain: dict[str, Any]) -> Iterator[Check]:
    issues = chain.get("issues")
    if type(issues) is int:
        found = _bits(issues, CHAIN_ISSUES)
        serious = Severity.MEDIUM if issues & SERIOUS_CHAIN_ISSUES else Severity.LOW
        told = ", ".join(found) or "complete"
        yield _judged("certificate-chain", serious if found else None, told)


def _bits(value: int, names: tuple[str, ...]) -> list[str]:
    return [name for bit, name in enumerate(names) if name and value >> bit & 1]


def _headers(details: dict[str, Any]) -> Iterator[Check]:
    policy = as_object(details.get("hstsPolicy"))
    status = clean(policy.get("status"), 40)
    if status == "present":
        age, enough = policy.get("maxAge"), policy.get("LONG_MAX_AGE")
        short = type(age) is int and type(enough) is int and age < enough
        header = clean(policy.get("header"), MAX_SHORT)
        yield _judged("hsts", Severity.LOW if short else None, f"max-age {age}", header)
    elif status:
        severity = Severity.LOW if status in HSTS_WRONG else None
        state = FindingState.OPEN if severity else FindingState.OBSERVATION
        yield Check("hsts", status, state, severity)
    signature = clean(details.get("serverSignature"), MAX_SHORT)
    if signature:
        yield Check("serverSignature", signature, FindingState.OBSERVATION)
