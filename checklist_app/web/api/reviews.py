"""Four eyes: a second person accepts a verdict, or sends it back."""

from __future__ import annotations

from enum import StrEnum

from apiflask import APIBlueprint
from pydantic import Field

from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import ReviewStage
from checklist_app.services import reviews
from checklist_app.web.access import item as opened_item
from checklist_app.web.access import requires
from checklist_app.web.api import items
from checklist_app.web.api.operations import Operation
from checklist_app.web.api.schemas import Input, Key, LongText
from checklist_app.web.transaction import db_session

blueprint = APIBlueprint(
    "reviews",
    __name__,
    url_prefix="/projects/<slug>/checklists/<int:number>/items/<identifier>/reviews",
)


class Decision(StrEnum):
    """What a second person says of a verdict."""

    ACCEPTED = ReviewStage.ACCEPTED.value
    SENT_BACK = ReviewStage.SENT_BACK.value


class NewReview(Input):
    """Which verdict is meant, and what is said of it; sending back needs a comment."""

    verdict_number: Key = Field(description=str(text("`number` of the verdict that was read.")))
    decision: Decision
    comment: LongText = ""


@blueprint.post("")
@requires(Permission.VERDICT_ACCEPT)
@Operation(
    text("Accept the verdict of somebody else, or send it back"),
    body=NewReview,
    answer=items.Item,
    status=201,
    existing=items.shown,
)
def decide(slug: str, number: int, identifier: str, body: NewReview) -> items.Item:
    """Review a verdict."""
    reviews.review_verdict(
        db_session(),
        opened_item(),
        number=body.verdict_number,
        decision=ReviewStage(body.decision.value),
        comment=body.comment,
    )
    db_session().flush()
    return items.shown(slug, number, identifier)
