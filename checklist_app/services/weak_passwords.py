"""Which passwords somebody who knows a person, and what people choose, would try first.

A capital, an accent, a digit for a letter, a year and an exclamation mark keep nobody from
guessing: they are taken away, then the words that are known. What is left has to be enough by
itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

WEAKEST_SCORE = 2
# zxcvbn grows steeply with length and judges nothing beyond this many characters.
JUDGED_CHARACTERS = 40
SHORTEST_WORD = 3
FEWEST_OTHER_CHARACTERS = 6
"""What has to be left beside known words, in letters and single digits."""
COMMON = frozenset(FREQUENCY_LISTS["passwords"])
LISTED = frozenset(word for words in FREQUENCY_LISTS.values() for word in words)
"""Passwords, names and words of English, in small letters."""
OWN_WORDS = ("owasp", "checklist", "asvs", "masvs", "security", "audit", "auditoria", "auditor")
# zxcvbn knows English: in Spanish it takes the words that everybody tries first for rare ones.
FIRST_WORDS = tuple(
    """
    contrasena contrasenia clave claves secreto secreta seguridad seguro segura acceso acceder
    entrar entrada sistema usuario usuaria administrador administradora admin root invitado prueba
    pruebas temporal cambiar cambiame cambiala inicio sesion empresa oficina trabajo
    password passw0rd passwd passphrase welcome login letmein changeme temporary default secret user
    guest test testing company office
    hola adios bienvenido bienvenida bienvenidos buenos buenas dias tardes noches gracias amigo
    amiga hello
    primavera verano otono invierno spring summer autumn winter
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre
    diciembre
    january february march april june july august september october november december
    lunes martes miercoles jueves viernes sabado domingo
    monday tuesday wednesday thursday friday saturday sunday
    navidad vacaciones semana fiesta
    amor amorcito teamo tequiero corazon carino familia mama papa princesa estrella angel
    futbol madrid barcelona barca betis sevilla valencia espana mexico argentina colombia chile peru
    qwerty qwertz qwertyuiop azerty asdf asdfg asdfgh asdfghjkl zxcv zxcvb zxcvbn zxcvbnm qazwsx
    qweasd qweasdzxc poiuy lkjhg mnbvc abcd abcde abcdef
    """.split()  # noqa: SIM905 - one word a line would fill pages
)
_DISGUISES = str.maketrans("01345789@$!|€", "oieastbgasiie")
_YEARS = re.compile(r"(?:19|20)\d\d")
_MANY_DIGITS = re.compile(r"\d{2,}")
_AT_THE_ENDS = re.compile(r"^[\W\d_]{1,8}|[\W\d_]{1,8}$")
_AGAIN_AND_AGAIN = re.compile(r"^(.+?)\1+$")
_A_WORD = re.compile(r"[^\W\d_]{3}")


def is_weak(password: str, about: Iterable[str]) -> bool:
    """Return whether a password is common, or easily guessed by whoever knows the person.

    Args:
        password: characters as people see them put together (NFC).
        about: the words that are known of the person.
    """
    known = sorted({*map(plain, about), *OWN_WORDS, *FIRST_WORDS}, key=len, reverse=True)
    folded = plain(password)
    if {password.lower(), folded} & COMMON:
        return True
    undisguised = folded.translate(_DISGUISES)
    if any(_has_little_else(each, known) for each in {folded, _bare(undisguised), undisguised}):
        return True
    core = _AT_THE_ENDS.sub("", folded)
    return _score(core if _A_WORD.search(core) else folded, known) < WEAKEST_SCORE


def plain(words: str) -> str:
    """Return words in small letters without accents."""
    apart = unicodedata.normalize("NFD", words.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _has_little_else(password: str, known: list[str]) -> bool:
    """Return whether hardly anything, or one listed word, is left without the words that are known.

    What holds none of them, such as digits alone or letters thrown together, is left to zxcvbn.
    """
    left = password
    for word in known:
        left = left.replace(word, " ")
    rest = _bare(left)
    if left != password and len(rest) < FEWEST_OTHER_CHARACTERS:
        return True
    once = _AGAIN_AND_AGAIN.sub(r"\1", rest)
    return once in LISTED or once[::-1] in LISTED


def _bare(password: str) -> str:
    """Return a password without years, longer numbers, signs and blanks."""
    return re.sub(r"[\W_]", "", _MANY_DIGITS.sub("", _YEARS.sub("", password)))


def _score(password: str, known: list[str]) -> int:
    """Return how hard a password is to guess, from 0 to 4."""
    judged = zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=known)
    return int(judged["score"])
