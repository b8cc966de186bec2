"""An invented county: branches in towns and general branches, their members, a year of records, and who reads digests.

Everything follows from a number, so that two counties of one size are the same. Of a branch there are thirty members,
40 meetings in a year, 200 attendances (ten at every second meeting; all of everybody would be three times as many),
dues of four months, and some of everything else. PostgreSQL takes it by COPY, SQLite by `executemany`.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

ZONE = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 23, 8, 30, tzinfo=ZONE)
"""A Monday on which digests are due."""
MEMBERS = 30
READERS = 5
"""Of so many branches one reader."""
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one table."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with its path and the first id of its members."""

    id: int
    path: str
    first: int
    groups: tuple[int, ...]


class County:
    """The rows of a county with so many branches."""

    def __init__(self, branches: int) -> None:
        self.size = branches
        self.organizations: list[Row] = []
        self.branches: list[Branch] = []
        self.scopes: list[int] = []
        self._place(branches)

    def _organization(self, kind: str, name: str, parent: tuple[int, str] | None) -> tuple[int, str]:
        id = len(self.organizations) + 1
        path = f"{parent[1] if parent else '/'}{id}/"
        self.organizations.append((id, parent[0] if parent else None, kind, name, path, "Asia/Shanghai"))
        return id, path

    def _place(self, branches: int) -> None:
        """Towns of 250 branches, in general branches of 50; every third branch has two groups."""
        county = self._organization("committee", "青川县委", None)
        self.scopes.append(county[0])
        town = general = county
        for number in range(branches):
            if number % 250 == 0:
                town = self._organization("committee", f"第{number // 250}镇党委", county)
                self.scopes.append(town[0])
            if number % 50 == 0:
                general = self._organization("general_branch", f"第{number // 50}党总支", town)
                self.scopes.append(general[0])
            branch = self._organization("branch", f"第{number}村党支部", general)
            groups = ("第一党小组", "第二党小组") if number % 3 == 0 else ()
            made = tuple(self._organization("group", name, branch)[0] for name in groups)
            self.branches.append(Branch(*branch, number * MEMBERS + 1, made))

    @property
    def readers(self) -> int:
        """How many read a digest: one in two about several branches, the others about their own."""
        return max(self.size // READERS, 2)

    def tables(self) -> Iterator[Table]:
        """All rows, in an order in which they may be written."""
        people = self.size * MEMBERS
        yield Table("organizations", ("id", "parent_id", "kind", "name", "path", "timezone"), self.organizations)
        yield Table(
            "people", ("id", "name", "phone_last4"), ((id, "某人", f"{id % 10000:04d}") for id in range(1, people + 1))
        )
        yield Table(
            "memberships",
            ("id", "person_id", "organization_id", "group_id", "status", "may_vote", "since"),
            self._memberships(),
        )
        yield Table("posts", ("id", "person_id", "organization_id", "kind", "since", "term_ends"), self._posts())
        yield Table(
            "accounts",
            ("id", "channel", "tenant", "user", "chat", "person_id", "reachable", "wrong_codes", "created_at"),
            self._accounts(),
        )
        yield Table(
            "digest_subscriptions",
            ("id", "person_id", "organization_id", "weekday", "minute", "timezone", "active", "after_holidays",
             "pressing_only", "skipped_week", "quiet_days"),
            ((number + 1, person, place, 1, 510, "Asia/Shanghai", True, True, False, "", 30)
             for number, (person, place) in enumerate(self._reading())),
        )  # fmt: skip
        yield Table(
            "meetings",
            ("id", "organization_id", "group_id", "kind", "state", "title", "starts_at", "lasts_minutes", "place",
             "remote", "revision", "closed_at", "summary"),
            self._meetings(),
        )  # fmt: skip
        yield Table(
            "attendances",
            (
                "id",
                "meeting_id",
                "person_id",
                "expected",
                "eligible",
                "presence",
                "way",
                "how",
                "late_minutes",
                "reason",
            ),
            self._attendances(),
        )
        yield Table(
            "reports",
            ("id", "organization_id", "author_id", "kind", "state", "period", "number", "title", "text",
             "handed_in_at", "read_at"),
            self._reports(),
        )  # fmt: skip
        yield Table(
            "cases",
            ("id", "organization_id", "procedure", "subject_id", "title", "state", "started_on", "due_on",
             "paused_why", "taken_over_at"),
            self._cases(),
        )  # fmt: skip
        yield Table(
            "case_steps",
            ("id", "case_id", "step", "done_on", "answers", "note", "withdrawn", "recorded_at"),
            self._steps(),
        )
        yield Table(
            "dues_payments",
            ("id", "person_id", "organization_id", "month", "amount", "paid_on", "note", "recorded_at", "voided"),
            self._dues(),
        )
        yield Table(
            "learning",
            ("id", "person_id", "organization_id", "held_on", "title", "kind", "hours", "recorded_at"),
            self._learning(),
        )
        yield Table(
            "meeting_series",
            ("id", "organization_id", "kind", "day", "minute", "place", "agenda", "active"),
            ((one.id, one.id, "theme_day", 5 + one.id % 20, 540, "会议室", "[]", True) for one in self.branches),
        )
        yield Table(
            "questions",
            ("id", "organization_id", "text", "outcome", "score", "asked_at"),
            self._questions(),
        )

    def _memberships(self) -> Iterator[Row]:
        for one in self.branches:
            for seat in range(MEMBERS):
                person = one.first + seat
                status = "probationary" if seat == 0 and one.id % 2 else "activist" if seat == 1 else "full"
                group = one.groups[seat % 2] if one.groups else None
                since = date(2025, 12, 1) + timedelta(days=one.id % 360) if seat == 0 else date(2015, 7, 1)
                yield person, person, one.id, group, status, status == "full", since

    def _posts(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            ends = date(2026, 6, 1) + timedelta(days=one.id * 7 % 1000)
            for seat, kind in ((2, "secretary"), (3, "deputy_secretary"), (4, "organization_commissioner")):
                id += 1
                yield id, one.first + seat, one.id, kind, date(2024, 1, 1), ends
        for person, place in self._officials():
            id += 1
            yield id, person, place, "official", date(2024, 1, 1), None

    def _officials(self) -> Iterator[tuple[int, int]]:
        """Half of the readers: of each organization above branches as many, each somebody else."""
        for number in range(self.readers // 2):
            yield (
                self.branches[number % self.size].first + 5 + number // self.size,
                self.scopes[number % len(self.scopes)],
            )

    def _reading(self) -> Iterator[tuple[int, int]]:
        yield from self._officials()
        step = max(self.size // (self.readers - self.readers // 2), 1)
        for one in self.branches[::step][: self.readers - self.readers // 2]:
            yield one.first + 2, one.id

    def _accounts(self) -> Iterator[Row]:
        """Readers have one, and four in ten of the other members, of whom some have blocked us."""
        id = 0
        readers = {person for person, _ in self._reading()}
        nobody = {one.first + seat for one in self.branches for seat in (2, 3)} - readers
        for person in range(1, self.size * MEMBERS + 1):
            if person in readers or (person % 5 < 2 and person not in nobody):
                id += 1
                reachable = person in readers or person % 100 != 1
                yield id, "telegram", "0", str(person), str(person), person, reachable, 0, MOMENT

    def _days(self, rng: Random) -> Iterator[tuple[str, int]]:
        """The kinds of a year's meetings and how many days ago each was; one branch in twenty has been quiet lately."""
        quiet = 40 if rng.random() < 0.05 else 0
        for month in range(12):
            back = quiet + month * 30 + rng.randrange(25)
            yield "theme_day", back
            yield "committee_meeting", back + 3
        for quarter in range(4):
            yield "general_meeting", quiet + quarter * 91 + rng.randrange(80)
            yield "lecture", quiet + quarter * 91 + rng.randrange(80)
        yield "criticism_meeting", 320 + rng.randrange(40)
        yield "appraisal", 320 + rng.randrange(40)

    def _meetings(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            rng = Random(one.id)
            held = [(kind, back, None) for kind, back in self._days(rng)]
            held += [("group_meeting", month * 30 + 8, group) for group in one.groups for month in range(6)]
            for kind, back, group in held:
                id += 1
                at = datetime.combine(MOMENT.date() - timedelta(days=back), time(15), ZONE)
                closed = at + timedelta(hours=2)
                yield id, one.id, group, kind, "closed", "", at, 90, "会议室", False, 0, closed, "学习讨论"

    def _attendances(self) -> Iterator[Row]:
        id = meeting = 0
        for one in self.branches:
            rng = Random(one.id + 1)
            for _ in range(34 + 6 * len(one.groups)):
                meeting += 1
                if meeting % 2:
                    continue
                for seat in range(10):
                    id += 1
                    there = rng.random() < 0.8
                    presence, way = ("present", "code") if there else ("absent", None)
                    yield id, meeting, one.first + seat, True, True, presence, way, "", 0, ""

    def _reports(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            rng = Random(one.id + 2)
            for number in range(20):
                id += 1
                at = MOMENT - timedelta(hours=rng.randrange(8760))
                read = None if rng.random() < 0.05 else at + timedelta(days=2)
                by, no = one.first + 5 + number, f"2026-{number:04d}"
                yield (
                    id, one.id, by, "thought_report", "handed_in", "2026-Q4", no, "", "", at, read,
                )  # fmt: skip

    def _cases(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            for number, procedure in enumerate(("admission", "admission", "transfer", "heart-to-heart")):
                id += 1
                state = "closed" if number == 2 else "open"
                due = MOMENT.date() + timedelta(days=(id * 13) % 200 - 20)
                yield id, one.id, procedure, one.first + number, "一件事", state, date(2025, 12, 1), due, "", ""

    def _steps(self) -> Iterator[Row]:
        id = 0
        answers = json.dumps({"reviewed_on": "2026-05-01"})
        for case in range(1, self.size * 4 + 1):
            for number in range(8):
                id += 1
                at = MOMENT - timedelta(days=number * 45 + case % 40)
                yield id, case, ("talk", "cultivation")[number % 2], at.date(), answers, "", False, at

    def _dues(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            for month in range(7, 11):
                paid = date(2026, month, 3 + one.id % 20)
                at = datetime.combine(paid, time(19), ZONE)
                for seat in range(MEMBERS):
                    id += 1
                    yield id, one.first + seat, one.id, paid.replace(day=1), 1500, paid, "", at, False

    def _learning(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            for seat in range(MEMBERS):
                id += 1
                day = MOMENT.date() - timedelta(days=(id * 7) % 360)
                at = datetime.combine(day, time(20), ZONE)
                yield id, one.first + seat, one.id, day, "集中学习", "course", 200, at

    def _questions(self) -> Iterator[Row]:
        id = 0
        for one in self.branches:
            for number in range(12):
                id += 1
                outcome = "unknown" if id % 7 == 0 else "answered"
                at = MOMENT - timedelta(hours=(one.id * 31 + number * 700) % 8760)
                yield id, one.id, "党费怎么交", outcome, 50.0, at


async def copy_to_postgres(county: County, url: str) -> int:
    """Write a county into a migrated database; how many rows it has."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), ssl=False)
    total = 0
    try:
        for table in county.tables():
            done = await connection.copy_records_to_table(table.name, columns=list(table.columns), records=table.rows)
            total += int(done.split()[-1])
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return total


def write_to_sqlite(county: County, path: str) -> int:
    """Write a county into a migrated database; how many rows it has."""
    total = 0
    with sqlite3.connect(path) as connection:
        for table in county.tables():
            columns = ", ".join(f'"{name}"' for name in table.columns)
            marks = ", ".join("?" * len(table.columns))
            written = connection.executemany(
                f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", map(_for_sqlite, table.rows)
            )
            total += written.rowcount
    with sqlite3.connect(path) as connection:
        connection.execute("ANALYZE")
    connection.close()
    return total


def _for_sqlite(row: Row) -> Sequence[Any]:
    return [_ADAPTED.get(type(value), _as_it_is)(value) for value in row]


def _as_it_is(value: Any) -> Any:
    return value


_ADAPTED: dict[type, Callable[[Any], Any]] = {
    datetime: lambda value: value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
    date: lambda value: value.isoformat(),
    bool: int,
}
