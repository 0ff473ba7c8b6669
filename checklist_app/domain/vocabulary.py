"""The closed vocabularies: one word, one meaning, stored by value."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language that everything is written in."""

    ES = "es"
    EN = "en"


class Theme(StrEnum):
    """How the screens are coloured; ``auto`` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Outcome(StrEnum):
    """A person's conclusion on an item. No verdict means *not assessed*, which is no member."""

    PASS = "pass"  # nosec B105
    PARTIAL = "partial"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"

    @property
    def is_gap(self) -> bool:
        """Whether this outcome asks for remediation."""
        return self in (Outcome.PARTIAL, Outcome.FAIL)


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Position from 0 (critical) to 4 (info), for sorting."""
        return _SEVERITY_RANKS[self]


_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class OrganisationRole(StrEnum):
    """What a person is in the whole system, whatever their projects."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    MEMBER = "member"


class Role(StrEnum):
    """What a person is in one project, strongest first."""

    OWNER = "owner"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    CONTRIBUTOR = "contributor"
    VIEWER = "viewer"


class ChecklistStatus(StrEnum):
    """Where a checklist is in its life; signed-off checklists never change again."""

    OPEN = "open"
    SIGNED_OFF = "signed_off"


class ReviewStage(StrEnum):
    """How a second person stands to a verdict, where the project asks for one."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


class EvidenceKind(StrEnum):
    """What a piece of evidence is made of."""

    FILE = "file"
    LINK = "link"
    NOTE = "note"
    SCAN = "scan"


class FindingStatus(StrEnum):
    """What tools last said of a finding.

    One that the newest scan of its scope no longer reports is marked so, or closed where the policy
    of the project says that this is enough (:class:`GonePolicy`). Neither changes a verdict.
    """

    OPEN = "open"
    SUPPRESSED = "suppressed"
    GONE = "no_longer_reported"
    CLOSED = "closed_by_policy"

    @property
    def is_absent(self) -> bool:
        """Whether the newest scan of its scope does not report it."""
        return self in (FindingStatus.GONE, FindingStatus.CLOSED)


class GonePolicy(StrEnum):
    """What becomes of an open finding that a newer scan of the same scope no longer reports."""

    MARK = "mark"
    CLOSE = "close"


class SuggestionState(StrEnum):
    """How what tools say of an item stands to its verdict; several can hold at once.

    ``fail``: they report findings there. ``support``: a scan that could see it found nothing.
    ``conflict``: they deny the verdict, or spoke after its evidence was collected. ``stale``: what
    they say is older than the project takes a scan for fresh.
    """

    FAIL = "fail"
    SUPPORT = "support"
    CONFLICT = "conflict"
    STALE = "stale"


class FindingMark(StrEnum):
    """What a person says of a finding; tools never change it, and it changes no verdict."""

    FALSE_POSITIVE = "false_positive"
    ACCEPTED = "accepted"


class TriageKind(StrEnum):
    """What a person does to many findings at once."""

    FALSE_POSITIVE = "false_positive"
    ACCEPT = "accept"
    REOPEN = "reopen"
    REMEDIATE = "remediate"


class RemediationStatus(StrEnum):
    """How far the plan that closes a gap has come."""

    OPEN = "open"
    FIXING = "fixing"
    READY_FOR_RETEST = "ready_for_retest"
    CLOSED = "closed"


class JobState(StrEnum):
    """Where a background job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether the job will not move again by itself."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobKind(StrEnum):
    """The named background jobs."""

    IMPORT_SCAN = "import_scan"
    BUILD_REPORT = "build_report"
    FOLLOW_ROUTE = "follow_route"
    SEND_MAIL = "send_mail"
    SEND_WEBHOOK = "send_webhook"
    WATCH_GATE = "watch_gate"


class Confidence(StrEnum):
    """How far a mapping can be trusted."""

    STRONG = "strong"
    WEAK = "weak"


class MappingTier(StrEnum):
    """Where a mapping comes from, the most certain first.

    ``A`` follows from official files alone; ``B`` came through an older edition and was reviewed
    line by line; ``curated`` is our own judgement.
    """

    OFFICIAL = "A"
    REVIEWED = "B"
    CURATED = "curated"


class Relation(StrEnum):
    """How the meaning of one requirement stands to that of another."""

    SAME = "same"
    NARROWER = "narrower"
    BROADER = "broader"
    RELATED = "related"

    @property
    def inverse(self) -> Relation:
        """The relation read from the other side."""
        return {Relation.NARROWER: Relation.BROADER, Relation.BROADER: Relation.NARROWER}.get(
            self, self
        )


class Change(StrEnum):
    """What became of a requirement from one edition of its standard to the next."""

    UNCHANGED = "unchanged"
    REWORDED = "reworded"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    GONE = "gone"


class StandardOrigin(StrEnum):
    """Who wrote the texts of a standard: we, the official publisher, or an organisation itself."""

    CONTENT = "content"
    OFFICIAL = "official"
    CUSTOM = "custom"


class MappingKind(StrEnum):
    """Which key of a finding a mapping looks at.

    A *category* is a tag that names a whole section of a list, such as an entry of a Top 10: it
    leads to every requirement there, weakly, and only where nothing more exact leads into the list.
    """

    CWE = "cwe"
    TAG = "tag"
    RULE = "rule"
    CATEGORY = "category"


class Letter(StrEnum):
    """What a mail is about."""

    RESET = "reset"
    CONFIRM_EMAIL = "confirm_email"
    NOTICE = "notice"


class TokenPurpose(StrEnum):
    """What a one-time link is for; a link works for its own purpose only."""

    INVITATION = "invitation"
    SET_PASSWORD = "set_password"  # nosec B105
    CONFIRM_EMAIL = "confirm_email"


class ProofPurpose(StrEnum):
    """What a proof that is under way is for; it works for its own purpose only."""

    SECOND_FACTOR = "second_factor"
    ENROL_CODES = "enrol_codes"
    ENROL_PASSKEY = "enrol_passkey"
    PASSKEY_SIGN_IN = "passkey_sign_in"
    SINGLE_SIGN_ON = "single_sign_on"
    CONFIRM = "confirm"


class FactorPolicy(StrEnum):
    """Who needs a second factor to work here."""

    OPTIONAL = "optional"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"
