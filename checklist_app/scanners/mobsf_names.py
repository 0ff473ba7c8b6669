"""What MobSF calls its checks, severities and states, in all of its versions.

Only its code and manifest checks carry names. The others are known by their sentences; here each
gets the name by which rules lead to requirements, the same for every version and for the scorecard.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.findings import MAX_RULE_ID, FindingState, clean
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.source_code import masked

TOOL = "MobSF"
REVIEW = "MobSF asks to review this"

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "bad": Severity.HIGH,
    "insecure": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "hotspot": Severity.LOW,
    "info": Severity.INFO,
    "good": Severity.INFO,
    "secure": Severity.INFO,
}
_STATES = {
    "good": FindingState.PASSED,
    "secure": FindingState.PASSED,
    "hotspot": FindingState.NEEDS_REVIEW,
    "info": FindingState.OBSERVATION,
}

_PHRASES: dict[str, tuple[tuple[str, str], ...]] = {
    "manifest": (
        ("debug enabled for app", "app_is_debuggable"),
        ("[android:allowbackup] flag is missing", "allowbackup_not_set"),
        ("application data can be backed up", "app_allowbackup"),
        ("clear text traffic is enabled", "clear_text_traffic"),
        ("is in test mode", "app_in_test_mode"),
        ("taskaffinity is set", "task_affinity_set"),
        ("strandhogg 2.0", "task_hijacking2"),
        ("task hijacking", "task_hijacking"),
        ("launch mode of activity", "non_standard_launchmode"),
        ("assetlinks.json file not found", "well_known_assetlinks"),
        ("vulnerable upatched android version", "vulnerable_os_version"),
        ("vulnerable android version", "vulnerable_os_version2"),
        ("network security configuration", "has_network_security"),
        ("improper content provider permissions", "improper_provider_permission"),
        ("an intent-filter exists", "exported_intent_filter_exists"),
        (
            "protection level of the permission should be",
            "exported_protected_permission_not_defined",
        ),
        ("is protected by a permission", "exported_protected_permission_signature"),
        ("is not protected", "explicitly_exported"),
    ),
    "network": (
        ("clear text traffic", "network.cleartext"),
        ("user installed certificates", "network.user-certificates"),
        ("system certificates", "network.system-certificates"),
        ("bypass certificate pinning", "network.bypass-pinning"),
        ("certificate pinning", "network.pinning"),
        ("bundled", "network.bundled-certificates"),
    ),
    "certificate": (
        ("janus", "certificate.janus"),
        ("debug certificate", "certificate.debug"),
        ("hash", "certificate.hash"),
        ("not found", "certificate.missing"),
        ("missing code signing", "certificate.missing"),
        ("signed", "certificate.signed"),
    ),
    "ats": (
        ("allowsarbitraryloads", "ats.arbitrary-loads"),
        ("media load", "ats.media"),
        ("webview load", "ats.webview"),
        ("local networking", "ats.local"),
        ("insecure communication", "ats.insecure-domain"),
        ("minimumtlsversion", "ats.minimum-tls"),
        ("forwardsecrecy", "ats.forward-secrecy"),
        ("certificatetransparency", "ats.certificate-transparency"),
        ("includessubdomains", "ats.subdomains"),
        ("exceptiondomains", "ats.exception-domains"),
    ),
    "firebase": (
        ("remote config", "firebase.remote-config"),
        ("open firebase", "firebase.open"),
        ("exposed", "firebase.open"),
        ("talks to a firebase", "firebase.database"),
        ("check failed", "firebase.check-failed"),
    ),
    "macho": (
        ("nx bit", "macho.nx"),
        ("pie flag", "macho.pie"),
        ("stack canary", "macho.stack_canary"),
        ("arc flag", "macho.arc"),
        ("rpath", "macho.rpath"),
        ("symbols stripped", "macho.symbol"),
    ),
    "domains": (
        ("malicious domain", "domains.malicious"),
        ("sanctioned country", "domains.sanctioned"),
    ),
    "files": (
        ("keystore", "files.keystores"),
        ("certificate/key", "files.certificates"),
        ("sqlite", "files.databases"),
        ("plist", "files.plists"),
    ),
    "permissions": (("permission", "permission.dangerous"),),
    "trackers": (("tracker", "trackers"),),
    "secrets": (("secret", "secrets"),),
}
"""Phrases of each section, the most telling first, in lower case."""

_NAME = re.compile(r'"[^"]{1,300}" |[A-Za-z_][\w.]{0,60} ?')
_MARKUP = re.compile(r"</?(?:strong|br|b|i|p)\s*/?>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def rule_named(section: str, sentence: str, otherwise: str = "") -> str:
    """Return the name of the check that says ``sentence``; ``otherwise``, if it is not known.

    Without ``otherwise`` the sentence itself is the name.
    """
    said = without_markup(sentence)
    lower = said.lower()
    names = (name for phrase, name in _PHRASES.get(section, ()) if phrase in lower)
    return next(names, clean(otherwise or said, MAX_RULE_ID))


def without_markup(value: object) -> str:
    """Return a title in one line; MobSF writes it with HTML in it."""
    return _SPACE.sub(" ", _MARKUP.sub(" ", clean(value, 2_000))).strip()


def state_of(word: object, cwes: tuple[int, ...]) -> FindingState:
    """Return the state that MobSF's word means; what names a weakness is no mere information."""
    state = _STATES.get(clean(word, 40).lower(), FindingState.OPEN)
    return FindingState.OPEN if state is FindingState.OBSERVATION and cwes else state


def masked_entry(entry: str) -> str:
    """Return a possible secret, ``"name" : "value"`` or a value alone, with its value masked."""
    found = clean(entry, 4_000)
    name, colon, value = found.partition(": ")
    if colon and _NAME.fullmatch(name):
        return f"{name.strip()} : {masked(value.strip().strip(chr(34)))}"
    return masked(found)


def standards_of(meta: dict[str, Any]) -> list[str]:
    """Return what an entry says of MASVS and of the Mobile Top 10, whose edition it never tells."""
    own = [clean(meta.get(key), 200) for key in ("masvs", "owasp-mstg", "owasp-web")]
    ten = [clean(meta.get(key), 200) for key in ("owasp-mobile", "owasp")]
    return own + [f"owasp-mobile {name}" for name in ten]
