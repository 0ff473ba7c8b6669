"""Which requirements speak about something that a project does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checklist_app.domain.standards import Feature
from checklist_app.domain.text import Text, text

FEATURE_NAMES: Mapping[Feature, Text] = MappingProxyType(
    {
        Feature.WEB: text("web front end"),
        Feature.ANDROID: text("Android app"),
        Feature.IOS: text("iOS app"),
        Feature.API: text("API"),
        Feature.GRAPHQL: text("GraphQL"),
        Feature.WEBSOCKET: text("WebSocket"),
        Feature.KUBERNETES: text("Kubernetes"),
        Feature.SQL: text("SQL database"),
        Feature.NOSQL: text("NoSQL database"),
        Feature.LDAP: text("LDAP directory"),
        Feature.XML: text("XML documents"),
        Feature.PASSWORDS: text("passwords of its own"),
        Feature.JWT: text("self-contained tokens (JWT)"),
        Feature.OAUTH_CLIENT: text("OAuth or OpenID Connect client"),
        Feature.OAUTH_RESOURCE: text("OAuth resource server"),
        Feature.OAUTH_SERVER: text("OAuth authorisation server"),
        Feature.SAML: text("SAML"),
        Feature.FILE_UPLOAD: text("file upload"),
        Feature.EMAIL: text("outgoing e-mail"),
        Feature.WEBRTC: text("WebRTC"),
        Feature.LLM: text("language model (LLM)"),
        Feature.NATIVE_CODE: text("native code (C, C++)"),
    }
)
"""How people call the features of a system."""


@dataclass(frozen=True, slots=True)
class Tailoring:
    """What of a standard a checklist asks for.

    Attributes:
        level: the highest level that is assessed; None for all.
        features: the profile of the project; None when it was not told, so that all is taken to
            apply.
    """

    level: int | None = None
    features: frozenset[Feature] | None = None


EVERYTHING = Tailoring()


def missing_features(
    presupposed: Iterable[str], profile: Collection[Feature] | None
) -> list[str] | None:
    """Return the features for want of which a requirement does not apply, or None if it does.

    Args:
        presupposed: features of which the requirement needs any; none: it always applies.
        profile: what the project has; None: not told, so everything is taken to apply.
    """
    wanted = list(presupposed)
    if profile is None or not wanted or any(Feature(name) in profile for name in wanted):
        return None
    return wanted
