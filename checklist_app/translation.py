"""The gettext catalogues for readers outside a web request: reports, jobs, command line."""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path

from checklist_app.domain.text import Text
from checklist_app.domain.vocabulary import Language

FOLDER = Path(__file__).parent / "translations"


class Translator:
    """Turns our English message ids into one language.

    Attributes:
        language: the language it speaks.
    """

    def __init__(self, language: Language, catalogue: NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, message: Text | str) -> str:
        """Return the message, translated and with its parameters filled in."""
        if isinstance(message, Text):
            return message.render(self._catalogue.gettext)
        return self._catalogue.gettext(message)

    def gettext(self, msgid: str) -> str:
        """Return the translation of an English message id, or the id itself."""
        return self._catalogue.gettext(msgid)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return the form that fits ``number``."""
        return self._catalogue.ngettext(singular, plural, number)


@lru_cache
def translator(language: Language) -> Translator:
    """Return the translator of a language; English needs no catalogue."""
    if language is Language.EN:
        return Translator(language, NullTranslations())
    catalogue: GNUTranslations | NullTranslations = translation(
        "messages", FOLDER, [language.value]
    )
    return Translator(language, catalogue)
