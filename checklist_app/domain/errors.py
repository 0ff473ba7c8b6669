"""What can go wrong, told so that the reader knows what to do next.

``web/errors.py`` turns each class into a status and a page; the command line into an exit code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklist_app.domain.text import Text, text


class DomainError(Exception):
    """Base of every error that a person is meant to read.

    Attributes:
        text: the message, still to be translated.
        field: name of the form field it speaks of, where there is one.
    """

    def __init__(self, message: Text, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.text = message
        self.field = field


class InvalidInput(DomainError):
    """What was sent breaks a rule; the message names the rule."""


class UnreadableReport(InvalidInput):
    """A scanner report that cannot be taken as evidence; nothing of it was kept."""


class NotFound(DomainError):
    """The thing does not exist, or does not exist for this actor: both look the same."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or text("There is nothing here, or it is not yours to see."))


class Forbidden(DomainError):
    """The actor may see the thing but not do this to it."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or text("Your role does not allow that."))


class SignInRequired(DomainError):
    """Nobody is signed in, or the session has ended."""

    def __init__(self) -> None:
        super().__init__(text("Please sign in to continue."))


class FactorRequired(Forbidden):
    """The person has to add a second factor before anything else."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or text("A second factor is required here. Add one to continue."))


class ConfirmationRequired(DomainError):
    """The actor may do this, but has to prove once more who they are."""

    def __init__(self) -> None:
        super().__init__(text("Please confirm that it is you. Nothing was changed yet."))


class Conflict(DomainError):
    """The thing is not in a state that allows this."""


class StaleWrite(Conflict):
    """Somebody saved the same row first.

    Attributes:
        current: what is stored now, by field name; with ``author``, ``recorded_at`` and the
            ``row_version`` that a save over it has to name.
        submitted: what this actor sent, by field name; never lost.
    """

    def __init__(self, current: Mapping[str, Any], submitted: Mapping[str, str]) -> None:
        super().__init__(
            text("Somebody else saved this while you were writing. Your text is kept below.")
        )
        self.current = current
        self.submitted = submitted


class TooLarge(DomainError):
    """More bytes than the operator allows."""


class TooManyAttempts(DomainError):
    """The same thing was tried too often; wait and try again."""


class StorageFull(DomainError):
    """No room is left on the disk; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(
            text("The server has no space left. Nothing was saved; tell the administrator.")
        )


class JobFailed(DomainError):
    """A background job ended for a reason that its owner can act on."""


class TryLater(DomainError):
    """A background job could not be done now, but may well be later; it is queued again."""


class Busy(DomainError):
    """Another writer, such as a large import, holds the database for longer than we wait."""

    def __init__(self) -> None:
        super().__init__(
            text(
                "The database is busy, with a large import for example. Nothing was saved; try "
                "again in a minute."
            )
        )


class StorageUnavailable(TryLater):
    """The object store is away, does not prove who it is, or refuses; nothing was stored.

    Attributes:
        hint: what an operator can do; for the log and the command line, not for pages.
    """

    def __init__(self, hint: Text) -> None:
        super().__init__(
            text(
                "The store of evidence and reports does not answer just now: nothing was read, and "
                "nothing was saved. Try again in a minute; if it stays like this, tell the "
                "administrator."
            )
        )
        self.hint = hint


class AlteredFile(DomainError):
    """What is kept are not the bytes that were stored; nobody gets to see them."""

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(
            message
            or text(
                "The stored file is no longer what was uploaded, so it is not shown. Tell the "
                "administrator: somebody or something changed it where it is kept."
            )
        )


class Cancelled(DomainError):
    """The person who started the work asked for it to stop."""

    def __init__(self) -> None:
        super().__init__(text("Cancelled on request. Nothing was changed."))
