"""All tables, by name."""

from storage.models.base import Base
from storage.models.branch_entries import BranchEntry, EntryState
from storage.models.cases import Case, CaseFile, CaseState, CaseStep
from storage.models.conversation import (
    Account,
    Delivery,
    File,
    Invitation,
    Lane,
    OutboxMessage,
    Run,
    RunState,
    Update,
)
from storage.models.organizations import (
    AuditEntry,
    Membership,
    Organization,
    OrganizationKind,
    Person,
    Post,
    PostKind,
    Status,
)
from storage.models.readership import DigestIssue, DigestSubscription, Outcome, Question
from storage.models.readings import ReadingPassage, ReadingText
from storage.models.records import (
    AgendaItem,
    Attendance,
    CheckInWay,
    Meeting,
    MeetingKind,
    MeetingState,
    Presence,
    Report,
    ReportAttachment,
    ReportKind,
)

__all__ = [
    "Account",
    "AgendaItem",
    "Attendance",
    "AuditEntry",
    "Base",
    "BranchEntry",
    "Case",
    "CaseFile",
    "CaseState",
    "CaseStep",
    "CheckInWay",
    "Delivery",
    "DigestIssue",
    "DigestSubscription",
    "EntryState",
    "File",
    "Invitation",
    "Lane",
    "Meeting",
    "MeetingKind",
    "MeetingState",
    "Membership",
    "Organization",
    "OrganizationKind",
    "OutboxMessage",
    "Outcome",
    "Person",
    "Post",
    "PostKind",
    "Presence",
    "Question",
    "ReadingPassage",
    "ReadingText",
    "Report",
    "ReportAttachment",
    "ReportKind",
    "Run",
    "RunState",
    "Status",
    "Update",
]
