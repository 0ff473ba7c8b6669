"""What readers of source code scanners share: stable paths, and code without secrets.

A report names the same file differently on every machine, and it quotes the very secrets that it
warns of. Here paths become the same everywhere, and secrets are masked before anything is kept.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from checklist_app.domain.findings import MAX_SHORT, MAX_SNIPPET, MAX_URI, clean
from checklist_app.domain.text import text
from checklist_app.scanners.checkouts import CHECKED_OUT
from checklist_app.scanners.reading import Gathering
from checklist_app.untrusted.json_text import as_object

HARD_CODED = (798,)
"""The weakness of every secret in a source: use of hard-coded credentials."""
SECRET_CWES = frozenset((259, 321, 798))
NOTHING_SCANNED = text(
    "The report shows no scanned file. Check the path that was given to the tool and scan again."
)

_CONTAINER = re.compile(r"\A/(?:src|code|repo)/")
"""Where containers that hold nothing but a tool get the sources."""
_LITERAL = re.compile(r"""(["'`])((?:\\.|(?!\1)[^\\\n]){0,300}+)\1""")
_WORD = re.compile(r"[^\s\"'`,;()\[\]{}<>]{8,}")
_SHOWN = 4
_SHORTEST_SECRET = 6
_CREDENTIALS = re.compile(r"://[^/@\s]{1,300}@")
_SPACE = re.compile(r"\s+")


def fail_of_errors(gathering: Gathering, messages: list[str]) -> None:
    """Note what the tool itself could not do, if anything."""
    if messages:
        gathering.fail(
            text(
                "Errors that the tool reports: %(count)s. The first one: %(message)s. "
                "What they concern was not scanned in full; correct it and scan again.",
                count=len(messages),
                message=clean(squeezed(without_credentials(messages[0])), MAX_SHORT).rstrip(".")
                or "?",
            )
        )


def told_by_semgrep(error: object) -> str:
    """Return what an error of Semgrep says, in a report of it or of a tool that runs it.

    A sentence of the tool, or an object whose names differ from version to version.
    """
    holder = as_object(error)
    kind = holder.get("type")
    words = [error, *(holder.get(key) for key in ("message", "long_msg", "short_msg", "details"))]
    words.append(kind[0] if isinstance(kind, list) and kind else kind)
    return next(filter(None, (clean(word, 400) for word in words)), "")


def source_path(value: object) -> str:
    """Return the path of a source file as it is on every machine, as far as that can be told."""
    path = clean(value, MAX_URI).replace("\\", "/")
    if path.lower().startswith("file:"):
        path = "/" + path[5:].lstrip("/")
    kept = CHECKED_OUT.sub("", path, count=1)
    return (_CONTAINER.sub("", path, count=1) if kept == path else kept).removeprefix("./")


def without_credentials(url: str) -> str:
    """Return an address without the name and password that some carry."""
    return _CREDENTIALS.sub("://****@", url)


def squeezed(code: str) -> str:
    """Return code without layout, as it goes into fingerprints."""
    return _SPACE.sub(" ", code).strip()


def masked(secret: object) -> str:
    """Return a secret so that its owner knows which one it is: its first four letters at most."""
    found = clean(secret, MAX_SHORT)
    return f"{found[: min(_SHOWN, len(found) // 4)]}****"


def trace(*secrets: object) -> str:
    """Return what tells the secrets of one file apart: too little to guess one from it."""
    whole = "\x1f".join(clean(secret, MAX_SNIPPET * 4) for secret in secrets)
    return hashlib.sha256(whole.encode()).hexdigest()[:4]


def guarded(prose: str) -> str:
    """Return prose about a secret without what may be the secret itself.

    Tools put the value into their messages, quoted or not. So quoted texts are masked, and words
    that look like no word of a language; addresses stay.
    """
    return _WORD.sub(_unlike_words, _LITERAL.sub(_masked_literal, prose))


def _masked_literal(match: re.Match[str]) -> str:
    hidden = masked(match[2]) if len(match[2]) >= _SHORTEST_SECRET else match[2]
    return f"{match[1]}{hidden}{match[1]}"


def _unlike_words(match: re.Match[str]) -> str:
    word = match[0]
    mixed = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    if not mixed or word.startswith(("http://", "https://")):
        return word
    return word if word.endswith("****") else masked(word)


@dataclass(slots=True)
class KnownSecrets:
    """The secrets that one report names; other results may quote the same lines of code."""

    _values: set[str] = field(default_factory=set)

    def learn(self, code: object) -> None:
        """Take every quoted text in the code of a hard-coded secret as one."""
        for match in _LITERAL.finditer(clean(code, MAX_SNIPPET * 2)):
            if len(match[2]) >= _SHORTEST_SECRET:
                self._values.add(match[2])

    def hide(self, code: object, limit: int = MAX_SNIPPET) -> str:
        """Return code or prose in which the known secrets are masked."""
        found = clean(code, MAX_SNIPPET * 2)
        if self._values:
            found = _LITERAL.sub(self._hidden, found)
        return clean(found, limit)

    def _hidden(self, match: re.Match[str]) -> str:
        if match[2] not in self._values:
            return match[0]
        return f"{match[1]}{masked(match[2])}{match[1]}"
