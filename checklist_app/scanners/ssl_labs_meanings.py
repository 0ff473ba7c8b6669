"""What the values in a report of SSL Labs mean, as the documentation of its API says.

The severities are ours: SSL Labs gives a grade to the whole and no severity to its parts.
"""

from __future__ import annotations

from collections.abc import Mapping

from checklist_app.domain.vocabulary import Severity

NAMES = {
    "grade": "Grade",
    "vulnBeast": "BEAST attack",
    "heartbleed": "Heartbleed",
    "poodle": "POODLE attack on SSL 3.0",
    "freak": "FREAK attack",
    "logjam": "Logjam attack: weak Diffie-Hellman parameters",
    "drownVulnerable": "DROWN attack",
    "supportsRc4": "RC4 suites",
    "dhYsReuse": "Diffie-Hellman values used again",
    "ecdhParameterReuse": "ECDHE values used again",
    "fallbackScsv": "Protection against downgrades (TLS_FALLBACK_SCSV)",
    "supportsAead": "Authenticated encryption (AEAD suites)",
    "openSslCcs": "CCS injection (CVE-2014-0224)",
    "openSSLLuckyMinus20": "Padding oracle (CVE-2016-2107)",
    "ticketbleed": "Ticketbleed (CVE-2016-9244)",
    "bleichenbacher": "ROBOT attack",
    "zombiePoodle": "Zombie POODLE",
    "goldenDoodle": "GOLDENDOODLE",
    "zeroLengthPaddingOracle": "0-length padding oracle (CVE-2019-1559)",
    "sleepingPoodle": "Sleeping POODLE",
    "poodleTls": "POODLE attack on TLS",
    "dhUsesKnownPrimes": "Known Diffie-Hellman primes",
    "forwardSecrecy": "Forward secrecy",
    "compressionMethods": "TLS compression (CRIME)",
    "renegSupport": "Renegotiation",
    "zeroRTTEnabled": "0-RTT data of TLS 1.3",
    "insecure-suites": "Insecure cipher suites",
    "weak-suites": "Weak cipher suites",
    "certificate": "Certificate",
    "certificate-chain": "Certificate chain",
    "hsts": "HTTP Strict Transport Security",
    "serverSignature": "Server header",
}
"""Names of the checks for people."""

GRADES = {
    **dict.fromkeys(("A+", "A", "A-"), None),
    "B": Severity.MEDIUM,
    **dict.fromkeys(("C", "D", "E", "F", "T", "M"), Severity.HIGH),
}
FLAGS = {
    "vulnBeast": Severity.LOW,
    "heartbleed": Severity.CRITICAL,
    "poodle": Severity.MEDIUM,
    "freak": Severity.HIGH,
    "logjam": Severity.HIGH,
    "drownVulnerable": Severity.HIGH,
    "supportsRc4": Severity.MEDIUM,
    "dhYsReuse": Severity.LOW,
    "ecdhParameterReuse": Severity.LOW,
}
"""Fields that are true where something is wrong."""
WANTED = {"fallbackScsv": Severity.LOW, "supportsAead": Severity.LOW}
"""Fields that are false where something is wrong."""
CODES: Mapping[str, Mapping[int, Severity | None]] = {
    "openSslCcs": {1: None, 2: Severity.LOW, 3: Severity.HIGH},
    "openSSLLuckyMinus20": {1: None, 2: Severity.HIGH},
    "ticketbleed": {1: None, 2: Severity.HIGH, 3: None},
    "bleichenbacher": {1: None, 2: Severity.MEDIUM, 3: Severity.HIGH},
    "zombiePoodle": {1: None, 2: Severity.MEDIUM, 3: Severity.HIGH},
    "goldenDoodle": {1: None, 4: Severity.MEDIUM, 5: Severity.HIGH},
    "zeroLengthPaddingOracle": {1: None, 6: Severity.MEDIUM, 7: Severity.HIGH},
    "sleepingPoodle": {1: None, 10: Severity.MEDIUM, 11: Severity.HIGH},
    "poodleTls": {1: None, 2: Severity.HIGH},
    "dhUsesKnownPrimes": {0: None, 1: None, 2: Severity.MEDIUM},
    "forwardSecrecy": {
        0: Severity.MEDIUM,
        1: Severity.LOW,
        **dict.fromkeys(range(2, 8), None),
    },
    "compressionMethods": {0: None, 1: Severity.MEDIUM},
    "renegSupport": {value: Severity.MEDIUM if value & 1 else None for value in range(16)},
    "zeroRTTEnabled": {0: None},
}
"""Fields with a number: its severity, None where all is well; others are not listed."""
NOT_TESTED = {"zeroRTTEnabled": (-1,), "poodleTls": (-2,)}
OLD_PROTOCOLS = {
    "SSL 2.0": Severity.HIGH,
    "SSL 3.0": Severity.HIGH,
    "TLS 1.0": Severity.MEDIUM,
    "TLS 1.1": Severity.MEDIUM,
}
SUITES = ((0, "insecure-suites", Severity.HIGH), (1, "weak-suites", Severity.LOW))
CERTIFICATE_ISSUES = (
    "no chain of trust",
    "not yet valid",
    "expired",
    "hostname mismatch",
    "revoked",
    "bad common name",
    "self-signed",
    "blacklisted",
    "insecure signature",
    "insecure key",
)
CHAIN_ISSUES = (
    "",
    "incomplete",
    "unrelated or duplicate certificates",
    "wrong order",
    "contains a self-signed root",
    "could not be validated",
)
SERIOUS_CHAIN_ISSUES = 2 | 32
HSTS_WRONG = ("absent", "invalid", "disabled")
