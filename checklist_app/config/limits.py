"""The settings of how much one caller may ask."""

from __future__ import annotations

from dataclasses import dataclass

from checklist_app.config.object_store import ObjectStoreSettings
from checklist_app.config.setting import setting
from checklist_app.config.values import whole_number

MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings(ObjectStoreSettings):
    """Limits for each person and each token, counted over all that they ask."""

    requests_per_minute: int = setting(
        whole_number(10, 1_000_000),
        "Requests that one person or token may make in a minute; an address five times as many. "
        "More are answered 429.",
        default=1200,
    )
    requests_per_second: int = setting(
        whole_number(5, 1_000_000),
        "Requests that one person or token may make within one second; an address five times as "
        "many. More are answered 429.",
        default=50,
    )
    uploads_per_hour: int = setting(
        whole_number(1, MOST),
        "Uploads of evidence that one person or token may make in an hour; each holds up to 50 "
        "files.",
        default=600,
    )
    scans_per_hour: int = setting(
        whole_number(1, MOST),
        "Uploads of scanner reports that one person or token may make in an hour.",
        default=300,
    )
    exports_per_hour: int = setting(
        whole_number(1, MOST),
        "Exports of findings, events and personal data that one person may make in an hour.",
        default=120,
    )
    reports_per_hour: int = setting(
        whole_number(1, MOST),
        "Reports that one person or token may order in an hour.",
        default=60,
    )
