"""Who tries the doors: one row for each kind of visitor. A new kind is a new row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from checklist_app.domain.vocabulary import OrganisationRole, Role

BANCA, AJENO, ARCHIVO = "banca", "ajeno", "archivo"
PLACES = (BANCA, AJENO, ARCHIVO)

EVIDENCE_ALONE = frozenset(
    f"api.evidence.{name}"
    for name in ("attach_files", "attach_link", "attach_note", "link", "unlink")
)
"""What a token with the scope ``evidence:write`` and no other opens."""


@dataclass(frozen=True)
class Principal:
    """Somebody at the door.

    Attributes:
        roles: what they are in which of the three projects; what is not named is not theirs.
        home: the project whose ids they use as their own; empty for those who have none.
        signed_in: whether what they show (a cookie, a token) is accepted at all.
        organisation_role: what they are outside any project.
        opens: the only operations that their token has a scope for; None for what stands in the
            table of policies.
        is_pipeline: whether they are a program with the token of a project, and no cookie.
    """

    roles: Mapping[str, Role] = field(default_factory=dict)
    home: str = ""
    signed_in: bool = True
    organisation_role: OrganisationRole = OrganisationRole.MEMBER
    is_pipeline: bool = False
    opens: frozenset[str] | None = None


def _member(role: Role) -> Principal:
    return Principal({BANCA: role, ARCHIVO: role}, BANCA)


PRINCIPALS: Mapping[str, Principal] = MappingProxyType(
    {
        "nobody": Principal(signed_in=False),
        "dora": Principal(signed_in=False),  # an owner whose account is closed
        "zoe": Principal(),  # a member of nothing
        "vera": _member(Role.VIEWER),
        "carla": _member(Role.CONTRIBUTOR),
        "bob": _member(Role.REVIEWER),
        "greta": Principal({BANCA: Role.REVIEWER}, BANCA),  # through a group alone
        "martha": _member(Role.MANAGER),
        "alice": _member(Role.OWNER),
        "charlie": Principal({AJENO: Role.OWNER}, AJENO),  # the owner of another project
        "otto": Principal(
            dict.fromkeys(PLACES, Role.VIEWER), BANCA, organisation_role=OrganisationRole.AUDITOR
        ),
        "ada": Principal(organisation_role=OrganisationRole.ADMINISTRATOR),
        "pipeline": Principal({BANCA: Role.OWNER}, BANCA, is_pipeline=True),  # Alice made it
        "other pipeline": Principal({AJENO: Role.OWNER}, AJENO, is_pipeline=True),
        "narrow pipeline": Principal(
            {BANCA: Role.OWNER}, BANCA, is_pipeline=True, opens=EVIDENCE_ALONE
        ),
        "revoked pipeline": Principal(signed_in=False, is_pipeline=True),
    }
)
