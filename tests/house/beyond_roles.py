"""What the least role of the table does not decide alone, written down by hand as well."""

from __future__ import annotations

LEFT_WHEN_ARCHIVED = frozenset(
    {"api.projects.archive", "api.projects.restore", "projects.archive", "projects.restore"}
)
"""What can be done in an archived project besides reading it."""

READ_BY_AUDITORS = frozenset(
    {
        "api.pipeline_tokens.index",
        "api.pipeline_tokens.show",
        "api.webhooks.deliveries",
        "api.webhooks.show_delivery",
        "api.webhooks.index",
        "api.webhooks.show",
        "tokens.index",
        "webhooks.index",
        "webhooks.show",
    }
)
"""What members of a project read from some role on, and auditors in every project."""

OF_ONES_OWN = frozenset({"api.jobs.cancel", "api.jobs.retry", "jobs.cancel", "jobs.retry"})
"""What contributors may do with what they began themselves; every other role with anybody's."""

OPEN_TO_PIPELINES = frozenset(
    {
        "api.projects.index",
        "api.standards.index",
        "api.standards.requirements",
        "api.standards.show",
        "api.evidence.attach_files",
        "api.evidence.attach_link",
        "api.evidence.attach_note",
        "api.evidence.link",
        "api.evidence.unlink",
        "api.reports.order",
        "api.scans.upload",
    }
)
"""What a token with every scope that there is may do besides reading its own project."""
