"""Invented towns by chance, for tests that recompute figures: a year of rows of every kind, consistent enough."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from storage.database import Database
from storage.models import (
    Account,
    Attendance,
    Base,
    Case,
    CaseState,
    CaseStep,
    ChangeKind,
    CheckInWay,
    Custom,
    DuesPayment,
    Learning,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    MeetingSeries,
    MeetingState,
    Membership,
    Organization,
    OrganizationChange,
    OrganizationKind,
    Outcome,
    Person,
    Post,
    PostKind,
    Presence,
    Question,
    Report,
    ReportKind,
    Status,
)

Row = dict[str, Any]
ORDER: tuple[type[Base], ...] = (
    Organization,
    OrganizationChange,
    Person,
    Membership,
    Post,
    Account,
    Meeting,
    MeetingOrganization,
    Attendance,
    MeetingSeries,
    Report,
    Case,
    CaseStep,
    DuesPayment,
    Learning,
    Custom,
    Question,
)
ROOM = 10_000
"""Ids that one town may use in each table."""
PROCEDURES = ("admission", "election", "heart-to-heart", "criticism-meeting", "appraisal", "transfer")
KINDS = (*MeetingKind, MeetingKind.GENERAL_MEETING, MeetingKind.THEME_DAY, MeetingKind.GROUP_MEETING)


class RandomTown:
    """The rows of one town, which follow from its seed."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.base = seed * ROOM
        self.rows: dict[type[Base], list[Row]] = {table: [] for table in ORDER}
        self.zone = ZoneInfo(self.rng.choice(["Asia/Shanghai", "Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin"]))
        day = date(2026, 1, 1) + timedelta(days=self.rng.randrange(700))
        self.now = datetime.combine(day, time(self.rng.randrange(24), self.rng.randrange(60)), self.zone)
        self.root = self._organizations()
        self._people()
        self._meetings()
        self._reports()
        self._cases()
        self._ledgers()
        self._questions()

    def add(self, table: type[Base], **row: Any) -> int:
        """One row; its id."""
        id = self.base + len(self.rows[table]) + 1
        if table not in (MeetingOrganization, Custom):
            row["id"] = id
        self.rows[table].append(row)
        return id

    def _instant(self, days: int = 430) -> datetime:
        """Some moment of the time before, many of them of late, some on the edge of a week."""
        back = self.rng.randrange(days) if self.rng.random() < 0.5 else self.rng.randrange(40)
        day = self.now.astimezone(self.zone).date() - timedelta(days=back)
        at = self.rng.choice([time(0), time(23, 59, 59), time(9, 30), time(15), time(19, 45)])
        return datetime.combine(day, at, self.zone)

    def _organization(self, kind: OrganizationKind, parent: Row | None) -> Row:
        closed = self.now.date() - timedelta(days=50) if parent and self.rng.random() < 0.12 else None
        row: Row = {
            "kind": kind,
            "parent_id": parent["id"] if parent else None,
            "timezone": self.rng.choice([str(self.zone), "Asia/Shanghai"]),
            "closed_on": closed,
            "successor_id": None,
        }
        id = self.add(Organization, **row)
        found = self.rows[Organization][-1]
        found["name"] = f"组织{id}"
        found["path"] = f"{parent['path'] if parent else '/'}{id}/"
        return found

    def _organizations(self) -> Row:
        root = self._organization(OrganizationKind.COMMITTEE, None)
        homes = [root]
        for _ in range(self.rng.randrange(3)):
            kind = self.rng.choice([OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH])
            homes.append(self._organization(kind, self.rng.choice(homes)))
        branches = [
            self._organization(OrganizationKind.BRANCH, self.rng.choice(homes)) for _ in range(self.rng.randint(1, 6))
        ]
        for branch in branches:
            for _ in range(self.rng.randrange(3)):
                self._organization(OrganizationKind.GROUP, branch)
        for branch in branches:
            others = [one for one in branches if one["id"] > branch["id"]]
            if branch["closed_on"] and others:
                branch["successor_id"] = self.rng.choice(others)["id"]
        for branch in branches:
            for kind in (ChangeKind.ESTABLISHED, ChangeKind.RENAMED):
                if self.rng.random() < 0.2:
                    at = self._instant()
                    common = {"approval": "批复", "recorded_at": at, "decided_on": at.date()}
                    self.add(OrganizationChange, organization_id=branch["id"], kind=kind, name=branch["name"], **common)
        self.branches = branches
        return root

    def _groups(self, branch: Row) -> list[Row]:
        return [one for one in self.rows[Organization] if one["parent_id"] == branch["id"]]

    def _people(self) -> None:
        self.members: dict[int, list[int]] = {}
        for branch in self.branches:
            self.members[branch["id"]] = []
            for _ in range(self.rng.randint(1, 7)):
                person = self.add(Person, name="某人", phone_last4="0000")
                self.members[branch["id"]].append(person)
                status = self.rng.choice([*Status, Status.FULL, Status.PROBATIONARY])
                since = self._instant().date()
                groups = [one["id"] for one in self._groups(branch)]
                common = {"person_id": person, "status": status, "may_vote": True}
                if self.rng.random() < 0.3:
                    other = self.rng.choice(self.branches)["id"]
                    before = since - timedelta(days=self.rng.randrange(300))
                    self.add(Membership, **common, organization_id=other, group_id=None, since=before, until=since)
                self.add(
                    Membership,
                    **common,
                    organization_id=branch["id"],
                    group_id=self.rng.choice([None, *groups]),
                    since=since,
                    until=self.rng.choice([None] * 5 + [self.now.date()]),
                )
                for number in range(self.rng.randrange(3)):
                    where = {"channel": "web", "tenant": str(self.base), "user": f"{person}-{number}", "chat": "c"}
                    reachable = self.rng.random() < 0.6
                    self.add(Account, **where, person_id=person, reachable=reachable, created_at=self.now)
            people = self.members[branch["id"]]
            for kind in (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY, PostKind.ORGANIZATION_COMMISSIONER):
                ends = self.now.date() + timedelta(days=self.rng.randrange(-100, 300))
                self.add(
                    Post,
                    person_id=self.rng.choice(people),
                    organization_id=branch["id"],
                    kind=kind,
                    since=date(2024, 1, 1),
                    term_ends=self.rng.choice([None, ends]),
                    until=self.rng.choice([None, None, None, date(2025, 12, 31)]),
                )

    def _meetings(self) -> None:
        places = [one for one in self.rows[Organization] for _ in range(6)]
        for place in places:
            if self.rng.random() < 0.2:
                continue
            starts_at = self._instant()
            branch = next((one for one in self.branches if one["id"] in (place["id"], place["parent_id"])), None)
            groups = self._groups(place) if place["kind"] is OrganizationKind.BRANCH else []
            state = self.rng.choice([*MeetingState, *[MeetingState.CLOSED] * 6])
            kind = self.rng.choice(KINDS)
            signed = starts_at + timedelta(days=self.rng.randrange(5))
            id = self.add(
                Meeting,
                organization_id=place["id"],
                group_id=self.rng.choice(groups)["id"] if groups and kind is MeetingKind.GROUP_MEETING else None,
                kind=kind,
                state=state,
                starts_at=starts_at,
                place="会议室",
                closed_at=starts_at + timedelta(hours=2) if state is MeetingState.CLOSED else None,
                host_signed_at=self.rng.choice([None, None, signed]),
                recorder_signed_at=self.rng.choice([None, None, signed + timedelta(days=1)]),
                locked_at=self.rng.choice([None, None, signed + timedelta(days=2)]),
            )
            for person in self.members[branch["id"]] if branch else ():
                presence = self.rng.choice([Presence.PRESENT, Presence.PRESENT, *Presence])
                self.add(
                    Attendance,
                    meeting_id=id,
                    person_id=person,
                    expected=self.rng.random() < 0.9,
                    presence=presence,
                    way=CheckInWay.CODE if presence is Presence.PRESENT else None,
                )
            if self.rng.random() < 0.2:
                self.add(MeetingOrganization, meeting_id=id, organization_id=self.rng.choice(self.branches)["id"])
        for branch in self.branches:
            for _ in range(self.rng.randrange(3)):
                self.add(
                    MeetingSeries,
                    organization_id=branch["id"],
                    kind=self.rng.choice([MeetingKind.THEME_DAY, MeetingKind.LECTURE]),
                    day=self.rng.randint(1, 28),
                    minute=540,
                    place="会议室",
                    active=self.rng.random() < 0.7,
                )

    def _reports(self) -> None:
        for branch in self.branches:
            for number in range(self.rng.randrange(6)):
                at = self._instant()
                self.add(
                    Report,
                    organization_id=branch["id"],
                    author_id=self.rng.choice(self.members[branch["id"]]),
                    kind=ReportKind.THOUGHT_REPORT,
                    period="2026-Q4",
                    number=f"2026-{number:04d}",
                    handed_in_at=at,
                    read_at=self.rng.choice([None, at + timedelta(days=1)]),
                )

    def _cases(self) -> None:
        for branch in self.branches:
            for _ in range(self.rng.randrange(7)):
                procedure, state = self.rng.choice(PROCEDURES), self.rng.choice([CaseState.OPEN, *CaseState])
                subject = self.rng.choice(self.members[branch["id"]])
                due = self.now.date() + timedelta(days=self.rng.randrange(-20, 20))
                case = self.add(
                    Case,
                    organization_id=branch["id"],
                    procedure=procedure,
                    subject_id=subject,
                    title="一件事",
                    state=state,
                    started_on=date(2025, 1, 1),
                    closed_on=self._instant(800).date() if state is CaseState.CLOSED else None,
                    due_on=self.rng.choice([None, date.max, due, due]),
                )
                last: int | None = None
                for _ in range(self.rng.randrange(5)):
                    at = self._instant()
                    step = self.rng.choice(["talk", "admission_meeting", "conversion_meeting", "other"])
                    replaced = last if last is not None and self.rng.random() < 0.3 else None
                    if replaced is not None:
                        step = next(one["step"] for one in self.rows[CaseStep] if one["id"] == replaced)
                    answers = {"decision": self.rng.choice(["extend", "full"]), "months": self.rng.choice([6, 12])}
                    last = self.add(
                        CaseStep,
                        case_id=case,
                        step=step,
                        done_on=at.date(),
                        answers=answers if step == "conversion_meeting" else {},
                        recorded_at=at,
                        replaces_id=replaced,
                        withdrawn=replaced is not None and self.rng.random() < 0.4,
                    )

    def _ledgers(self) -> None:
        for branch in self.branches:
            for number, person in enumerate(self.members[branch["id"]]):
                if self.rng.random() < 0.3:
                    month = date(2026, 1 + number % 12, 1)
                    common = {"person_id": person, "organization_id": branch["id"], "recorded_at": self._instant()}
                    self.add(DuesPayment, **common, month=month, amount=Decimal(5), paid_on=month, voided=False)
                    self.add(Learning, **common, held_on=month, title="学习", kind="online", hours=Decimal(2))
        for place in self.rows[Organization]:
            if self.rng.random() < 0.2:
                every = self.rng.choice(["month", "quarter", "half_year", "year", "never"])
                self.add(Custom, organization_id=place["id"], name="lecture", value={"every": every}, set_at=self.now)

    def _questions(self) -> None:
        for place in [*self.rows[Organization], *self.rows[Organization]]:
            self.add(
                Question,
                organization_id=place["id"],
                text="？",
                outcome=self.rng.choice([Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.ANSWERED]),
                score=0.0,
                asked_at=self._instant(30),
            )


async def add_towns(database: Database, towns: list[RandomTown]) -> None:
    """Write them, one statement a table."""
    async with database.transaction() as session:
        for table in ORDER:
            rows = [row for town in towns for row in town.rows[table]]
            if table is Organization:
                # What one became part of may stand after it.
                await session.execute(insert(table), [{**row, "successor_id": None} for row in rows])
                for row in rows:
                    if row["successor_id"] is not None:
                        found = await session.get(Organization, row["id"])
                        assert found is not None
                        found.successor_id = row["successor_id"]
                await session.flush()
            elif rows:
                await session.execute(insert(table), rows)
