"""A message for a person, written once in English and translated where it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Text:
    """An English message id with its parameters, not yet translated.

    Attributes:
        msgid: English text with ``%(name)s`` placeholders; the key of the gettext catalogue.
        params: values of the placeholders; strings and whole numbers only, so that a message can
            be stored as JSON and read later by somebody with another language.
    """

    msgid: str
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    def render(self, gettext: Callable[[str], str]) -> str:
        """Return the message translated by ``gettext`` with its parameters filled in."""
        translated = gettext(self.msgid)
        return translated % self.params if self.params else translated.replace("%%", "%")

    def __str__(self) -> str:
        """Return the English message."""
        return self.render(lambda msgid: msgid)

    def to_json(self) -> dict[str, Any]:
        """Return the message as plain data: ``{"msgid": ..., "params": {...}}``."""
        return {"msgid": self.msgid, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a message from what :meth:`to_json` gave."""
        return cls(data["msgid"], data["params"])


def text(msgid: str, /, **params: str | int) -> Text:
    """Mark an English message for translation and bind its parameters."""
    return Text(msgid, params)
