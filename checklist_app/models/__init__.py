"""The tables: constraints and relationships, no workflow. Importing this registers them all."""

from checklist_app.models.base import Base
from checklist_app.models.chain import EventHead, EventSeal
from checklist_app.models.checklist import (
    Checklist,
    ChecklistItem,
    ItemOrigin,
    SignOff,
    Verdict,
    VerdictReview,
)
from checklist_app.models.event import Event
from checklist_app.models.evidence import Blob, Evidence, EvidenceLink
from checklist_app.models.factor import (
    CodeGenerator,
    ExternalIdentity,
    Passkey,
    PendingProof,
    RecoveryCode,
    SignInPolicy,
)
from checklist_app.models.finding import (
    Finding,
    FindingSighting,
    GeneralCorrection,
    RouteCorrection,
    ScanImport,
    ScanScope,
    Suggestion,
    SuggestionFinding,
)
from checklist_app.models.gate import ProjectGate
from checklist_app.models.group import Group, GroupGrant, GroupPerson
from checklist_app.models.job import Job, WorkerHeartbeat
from checklist_app.models.library import (
    Lineage,
    OfficialDocument,
    OfficialText,
    RequirementLink,
)
from checklist_app.models.project import Membership, Project
from checklist_app.models.remediation import Remediation, Waiver
from checklist_app.models.report import Report
from checklist_app.models.security_event import Alert, AlertThreshold, SecurityEvent
from checklist_app.models.standard import (
    Mapping,
    Requirement,
    RequirementText,
    Standard,
)
from checklist_app.models.token import (
    AccessToken,
    IdempotencyKey,
    PipelineToken,
    RefreshToken,
    TokenFamily,
)
from checklist_app.models.triage import TriageAction, TriageMember
from checklist_app.models.user import OneTimeLink, User, UserSession
from checklist_app.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "AccessToken",
    "Alert",
    "AlertThreshold",
    "Base",
    "Blob",
    "Checklist",
    "ChecklistItem",
    "CodeGenerator",
    "Event",
    "EventHead",
    "EventSeal",
    "Evidence",
    "EvidenceLink",
    "ExternalIdentity",
    "Finding",
    "FindingSighting",
    "GeneralCorrection",
    "Group",
    "GroupGrant",
    "GroupPerson",
    "IdempotencyKey",
    "ItemOrigin",
    "Job",
    "Lineage",
    "Mapping",
    "Membership",
    "OfficialDocument",
    "OfficialText",
    "OneTimeLink",
    "Passkey",
    "PendingProof",
    "PipelineToken",
    "Project",
    "ProjectGate",
    "RecoveryCode",
    "RefreshToken",
    "Remediation",
    "Report",
    "Requirement",
    "RequirementLink",
    "RequirementText",
    "RouteCorrection",
    "ScanImport",
    "ScanScope",
    "SecurityEvent",
    "SignInPolicy",
    "SignOff",
    "Standard",
    "Suggestion",
    "SuggestionFinding",
    "TokenFamily",
    "TriageAction",
    "TriageMember",
    "User",
    "UserSession",
    "Verdict",
    "VerdictReview",
    "Waiver",
    "Webhook",
    "WebhookDelivery",
    "WorkerHeartbeat",
]
