"""The areas of the site, each a blueprint."""

from __future__ import annotations

from apiflask import APIFlask
from werkzeug.routing import IntegerConverter, Map

from checklist_app.web.admin.alerts import blueprint as alerts
from checklist_app.web.admin.groups import blueprint as groups
from checklist_app.web.admin.personal_data import blueprint as personal_data
from checklist_app.web.admin.security import blueprint as security
from checklist_app.web.admin.sign_in import blueprint as sign_in_policy
from checklist_app.web.admin.views import blueprint as admin
from checklist_app.web.api import area as api
from checklist_app.web.auth.views import blueprint as auth
from checklist_app.web.checklists.rounds import blueprint as rounds
from checklist_app.web.checklists.views import blueprint as checklists
from checklist_app.web.evidence.views import blueprint as evidence
from checklist_app.web.findings.actions import blueprint as finding_actions
from checklist_app.web.findings.views import blueprint as findings
from checklist_app.web.forms import LARGEST_KEY
from checklist_app.web.gate.views import blueprint as gate
from checklist_app.web.health.views import blueprint as health
from checklist_app.web.jobs.views import blueprint as jobs
from checklist_app.web.library.corrections import blueprint as corrections
from checklist_app.web.library.views import blueprint as library
from checklist_app.web.projects.members import blueprint as members
from checklist_app.web.projects.views import blueprint as projects
from checklist_app.web.remediation.views import blueprint as remediation
from checklist_app.web.reports.views import blueprint as reports
from checklist_app.web.scans.views import blueprint as scans
from checklist_app.web.standards.views import blueprint as standards
from checklist_app.web.tokens.views import blueprint as tokens
from checklist_app.web.verify.views import blueprint as verify
from checklist_app.web.waivers.views import blueprint as waivers
from checklist_app.web.webhooks.system import blueprint as system_webhooks
from checklist_app.web.webhooks.views import blueprint as webhooks

BLUEPRINTS = (
    admin,
    alerts,
    auth,
    checklists,
    corrections,
    evidence,
    finding_actions,
    findings,
    gate,
    groups,
    health,
    jobs,
    library,
    members,
    personal_data,
    projects,
    remediation,
    reports,
    rounds,
    scans,
    security,
    sign_in_policy,
    standards,
    tokens,
    verify,
    waivers,
    webhooks,
    system_webhooks,
)


class KeyConverter(IntegerConverter):
    """A number in an address: one that no column can hold names nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_KEY)


def install(app: APIFlask) -> None:
    """Register every area."""
    app.url_map.converters["int"] = KeyConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.install(app)
