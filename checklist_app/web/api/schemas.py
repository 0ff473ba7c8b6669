"""What every schema of the interface is: input taken exactly, output as an allow-list."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from checklist_app.domain.text import text

MOST_ON_A_PAGE = 200
USUAL_ON_A_PAGE = 50
LONGEST_LINE = 200
_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Output(BaseModel):
    """What an operation gives: only the fields that stand in the class, whatever the row holds.

    ``worded`` names the fields whose words depend on the reader's language, ``passing`` those that
    change by mere use. They are no part of the state that a change is meant for.
    """

    model_config = ConfigDict(from_attributes=True, frozen=True, extra="ignore")
    worded: ClassVar[frozenset[str]] = frozenset()
    passing: ClassVar[frozenset[str]] = frozenset()

    def present_state(self) -> dict[str, Any]:
        """Return what says in which state the thing is, in whatever language it is read."""
        return self.model_dump(mode="json", exclude={*self.worded, *self.passing})


class Input(BaseModel):
    """The body of a request: no unknown field, no value that has to be guessed at."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Query(BaseModel):
    """The part of an address behind the question mark; an unknown name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Item = TypeVar("Item", bound=Output)


class Page(Output, Generic[Item]):
    """A part of a list; ``next`` asks for the part that follows, and is null at the end."""

    items: list[Item]
    next: str | None = Field(description=str(text("Send it as `cursor` to read on.")))


def _digits(value: object) -> object:
    if isinstance(value, str):
        return int(value) if _WHOLE_NUMBER.fullmatch(value) else [value]  # a list is no number
    return value


def _exact_bool(value: object) -> object:
    return {"true": True, "false": False}.get(value, [value]) if isinstance(value, str) else value


def _exact_day(value: object) -> object:
    return value if isinstance(value, str) and _DAY.fullmatch(value) else [value]


def _whole(value: object) -> object:
    """Take 4.0 for 4, which JSON does not tell apart."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def exact_keys(schema: dict[str, Any]) -> None:
    """Say of an object by ``Line`` that each of its keys is one, and not only what those hold."""
    ((pattern, values),) = schema.pop("patternProperties").items()
    schema["propertyNames"] = {"pattern": pattern, "maxLength": LONGEST_LINE}
    schema["additionalProperties"] = values


FromDigits = BeforeValidator(_digits)
# The bounds come first: behind a validator they would be missing in the document.
Limit = Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE), BeforeValidator(_digits)]
"""How many are wanted, in digits and nothing else."""
QueryKey = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_digits)]
"""The number of a row in an address."""
QueryFlag = Annotated[bool, BeforeValidator(_exact_bool)]
"""``true`` or ``false`` in an address."""
QueryDay = Annotated[date, BeforeValidator(_exact_day)]
"""A day in an address, such as 2030-12-31, and no number of seconds."""
Line = Annotated[str, StringConstraints(max_length=LONGEST_LINE, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text."""
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""What people call something."""
LongText = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
"""Text of several lines; Markdown where pages take it."""
TakeWhole = BeforeValidator(_whole)
Key = Annotated[int, Field(ge=1, le=2**31 - 1), TakeWhole]
"""The number of a row."""


class ListQuery(Query):
    """How much of a list is wanted, and from where on."""

    limit: Limit = USUAL_ON_A_PAGE
    cursor: str | None = Field(
        None,
        max_length=400,
        description=str(text("`next` of the part before; with the same filters.")),
    )
