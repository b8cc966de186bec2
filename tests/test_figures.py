"""The figures of towns by chance, recomputed by plain loops over plain rows that share nothing with what they check."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, select

from handlers.dialogue.turn import Place
from handlers.figures import BranchFigures, ScopeFigures, figures_at, figures_of
from storage.database import Database, table_of
from storage.models import Base, Organization, OrganizationKind
from tests.random_town import ORDER, RandomTown, add_towns

SEEDS = 50
Row = dict[str, Any]


async def dumped(database: Database) -> dict[type[Base], list[Row]]:
    """All rows of all tables that figures are made of, as they stand there."""
    async with database.reading() as session:
        return {
            table: [dict(row) for row in (await session.execute(select(table_of(table)))).mappings()] for table in ORDER
        }


def quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def month_of(day: date) -> tuple[int, int]:
    return day.year, day.month


def half_of(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 6


def year_of(day: date) -> tuple[int, int]:
    return day.year, 0


PERIODS = {"month": month_of, "quarter": quarter_of, "half_year": half_of, "year": year_of}


def last_day(day: date, period: Any) -> date:
    while period(day + timedelta(days=1)) == period(day):
        day += timedelta(days=1)
    return day


def first_day(day: date, period: Any) -> date:
    while period(day - timedelta(days=1)) == period(day):
        day -= timedelta(days=1)
    return day


class Naive:
    """One town's figures, by going through everything again for each branch."""

    def __init__(self, rows: dict[type[Base], list[Row]], town: RandomTown) -> None:
        self.rows = {table.__tablename__: found for table, found in rows.items()}
        self.organizations = {row["id"]: row for row in self.rows["organizations"]}
        self.town = town
        monday = town.now.date() - timedelta(days=town.now.weekday() + 7)
        self.mondays = [monday - timedelta(weeks=back) for back in range(5)]

    def home(self, id: int) -> int | None:
        """The branch whose doing it is."""
        row = self.organizations[id]
        if row["successor_id"]:
            return self.home(row["successor_id"])
        if row["kind"] == "group":
            return self.home(row["parent_id"])
        if row["closed_on"]:
            return None
        return id if row["kind"] == "branch" else None

    def of(self, table: str, branch: int) -> list[Row]:
        return [
            row for row in self.rows[table] if row["organization_id"] and self.home(row["organization_id"]) == branch
        ]

    def day(self, at: datetime, zone: ZoneInfo | None = None) -> date:
        return at.astimezone(zone or self.town.zone).date()

    def in_week(self, at: datetime, back: int = 0) -> bool:
        return self.mondays[back] <= self.day(at) < self.mondays[back] + timedelta(days=7)

    def weeks(self, branch: int) -> list[tuple[int, int, int]]:
        found = []
        for back in range(5):
            met = [
                row["id"]
                for row in self.of("meetings", branch)
                if row["state"] == "closed" and self.in_week(row["starts_at"], back)
            ]
            there = [row for row in self.rows["attendances"] if row["meeting_id"] in met and row["expected"]]
            found.append((len(met), len(there), len([row for row in there if row["presence"] == "present"])))
        return found

    def days(self, branch: Row, kind: str) -> list[date]:
        zone = ZoneInfo(branch["timezone"])
        joint = [
            row["meeting_id"] for row in self.rows["meeting_organizations"] if row["organization_id"] == branch["id"]
        ]
        above = [int(part) for part in branch["path"].strip("/").split("/")]
        general = [id for id in above if self.organizations[id]["kind"] == "general_branch"]
        found = []
        for row in self.rows["meetings"]:
            ours = row["organization_id"] == branch["id"] or row["id"] in joint
            theirs = row["organization_id"] in general and kind in ("lecture", "theme_day")
            if row["kind"] == kind and row["state"] == "closed" and (ours or theirs):
                found.append(self.day(row["starts_at"], zone))
        for row in self.rows["cases"]:
            is_one = row["procedure"] == kind.replace("_", "-") and kind in ("criticism_meeting", "appraisal")
            if row["organization_id"] == branch["id"] and is_one and row["state"] == "closed":
                found.append(row["closed_on"])
        return found

    def in_force(self, step: Row) -> bool:
        return not step["withdrawn"] and all(one["replaces_id"] != step["id"] for one in self.rows["case_steps"])

    def duties(self, branch: Row) -> tuple[int, int, Counter[Any]]:
        """How many there are, how many are done, and the lights of the others."""
        zone = ZoneInfo(branch["timezone"])
        today = self.day(self.town.now, zone)
        begun = [
            self.day(row["starts_at"], zone)
            for row in self.rows["meetings"]
            if row["organization_id"] == branch["id"] and row["state"] != "cancelled"
        ]
        since = min(begun, default=today)
        count = done = 0
        owed: Counter[Any] = Counter()

        def look(
            what: str, days: list[date], period: Any, *, warn: int = 25, red: bool = False, quiet: int = 0
        ) -> None:
            nonlocal count, done
            count += 1
            if any(period(day) == period(today) for day in days):
                done += 1
                return
            first, last = first_day(today, period), last_day(today, period)
            before = first - timedelta(days=1)
            missed = first_day(before, period)
            if red and since <= missed and not any(period(day) == period(before) for day in days):
                owed[what, "red", last, missed] += 1
                return
            late = today.day >= min(warn, last.day) if period is month_of else (last - today).days < 15
            past = [day for day in days if day <= today]
            silent = bool(quiet and past and (today - max(past)).days > quiet)
            owed[what, "yellow" if late or silent else "none", last, None] += 1

        look("general_meeting", self.days(branch, "general_meeting"), quarter_of, red=True, quiet=90)
        posts = [
            row["person_id"]
            for row in self.rows["posts"]
            if row["organization_id"] == branch["id"] and row["until"] is None
        ]
        if len(set(posts)) >= 3:
            look("committee_meeting", self.days(branch, "committee_meeting"), month_of, red=True)
        for group in self.rows["organizations"]:
            members = [row for row in self.rows["memberships"] if row["group_id"] == group["id"] and not row["until"]]
            if group["parent_id"] == branch["id"] and group["kind"] == "group" and not group["closed_on"] and members:
                days = [
                    self.day(row["starts_at"], zone)
                    for row in self.rows["meetings"]
                    if row["kind"] == "group_meeting"
                    and row["state"] == "closed"
                    and (row["group_id"] or row["organization_id"]) == group["id"]
                ]
                look("group_meeting", days, month_of)
        fixed = [
            row["day"]
            for row in sorted(self.rows["meeting_series"], key=lambda row: row["id"])
            if row["organization_id"] == branch["id"] and row["kind"] == "theme_day" and row["active"]
        ]
        look("theme_day", self.days(branch, "theme_day"), month_of, warn=fixed[0] + 3 if fixed else 25)
        above = [int(part) for part in branch["path"].strip("/").split("/")]
        wants = [row["value"]["every"] for row in self.rows["customs"] if row["organization_id"] in above]
        often = next((each for each in ("month", "quarter", "half_year", "year") if each in wants), "")
        if often or not wants:
            look("lecture", self.days(branch, "lecture"), PERIODS[often or "quarter"])
        talks = [
            step["done_on"]
            for step in self.rows["case_steps"]
            for case in self.rows["cases"]
            if case["id"] == step["case_id"]
            and case["organization_id"] == branch["id"]
            and case["procedure"] == "heart-to-heart"
            and step["step"] == "talk"
            and self.in_force(step)
        ]
        look("talks", talks, year_of)
        for what, red in (("criticism_meeting", True), ("appraisal", False)):
            count += 1
            light = self.year_light(self.days(branch, what), today, since, red=red)
            if light is None:
                done += 1
            else:
                owed[what, *light] += 1
        return count, done, owed

    def year_light(
        self, days: list[date], today: date, since: date, *, red: bool
    ) -> tuple[str, date, date | None] | None:
        """None when it is done."""
        years: set[int] = set()
        times: Counter[int] = Counter()
        for day in sorted(days):
            if day < today - timedelta(days=800):
                continue
            year = day.year - 1 if day.month <= 3 and day.year - 1 not in years else day.year
            years.add(year)
            times[year] += 1
        past = today.year - 1
        whole = since <= date(past, 10, 1)
        if past not in years and today.year not in years and whole and (today.month <= 3 or red):
            return ("yellow" if today.month <= 3 else "red"), date(past, 12, 31), date(past, 1, 1)
        if times[today.year]:
            return None
        return ("yellow" if today >= date(today.year, 12, 15) else "none"), date(today.year, 12, 31), None

    def newest(self, branch: int) -> datetime | None:
        found: list[datetime | None] = []
        for row in self.of("meetings", branch):
            found += [row["closed_at"], row["host_signed_at"], row["recorder_signed_at"], row["locked_at"]]
        found += [row["handed_in_at"] for row in self.of("reports", branch)]
        found += [row["recorded_at"] for table in ("dues_payments", "learning") for row in self.of(table, branch)]
        changes = self.of("organization_changes", branch)
        found += [row["recorded_at"] for row in changes if row["kind"] == "established"]
        cases = [row["id"] for row in self.of("cases", branch)]
        found += [row["recorded_at"] for row in self.rows["case_steps"] if row["case_id"] in cases]
        return max((at for at in found if at is not None), default=None)

    def probations(self, branch: int, near: date) -> int:
        found = 0
        for member in self.of("memberships", branch):
            if member["status"] != "probationary" or member["until"]:
                continue
            mine = [row for row in self.rows["memberships"] if row["person_id"] == member["person_id"]]
            since = min(row["since"] for row in mine if row["status"] == "probationary")
            months = 12
            for step in sorted(self.rows["case_steps"], key=lambda row: row["id"]):
                [case] = [row for row in self.rows["cases"] if row["id"] == step["case_id"]]
                admits = case["procedure"] == "admission" and case["state"] in ("open", "paused")
                if case["subject_id"] != member["person_id"] or not admits or not self.in_force(step):
                    continue
                if step["step"] == "admission_meeting":
                    since = step["done_on"]
                if step["step"] == "conversion_meeting" and step["answers"]["decision"] == "extend":
                    months = 12 + step["answers"]["months"]
            month = since.year * 12 + since.month - 1 + months
            first = date(month // 12, month % 12 + 1, 1)
            end = min(first + timedelta(days=since.day - 1), last_day(first, month_of))
            found += end <= near
        return found

    def unreachable(self, branch: int) -> int:
        found = 0
        for member in self.of("memberships", branch):
            accounts = [row for row in self.rows["accounts"] if row["person_id"] == member["person_id"]]
            found += not member["until"] and bool(accounts) and not any(row["reachable"] for row in accounts)
        return found

    def check(self, found: BranchFigures) -> None:
        """Every figure of one branch."""
        branch = self.organizations[found.organization_id]
        id, today = branch["id"], self.day(self.town.now)
        near = self.day(self.town.now, ZoneInfo(branch["timezone"])) + timedelta(days=90)
        parent = self.organizations.get(branch["parent_id"])
        assert (found.name, found.path, found.above) == (branch["name"], branch["path"], parent and parent["name"])
        current = [row for row in self.of("memberships", id) if not row["until"]]
        assert found.members == len([row for row in current if row["status"] in ("full", "probationary")])
        assert [(one.meetings, one.expected, one.present) for one in found.weeks] == self.weeks(id)
        duties, done, owed = self.duties(branch)
        assert Counter({(one.what, one.light, one.last, one.missed): one.count for one in found.owed}) == owed
        assert (found.duties, found.done) == (duties, done)
        reports = self.of("reports", id)
        unread = [row["handed_in_at"] for row in reports if row["read_at"] is None]
        assert found.reports == len([row for row in reports if self.in_week(row["handed_in_at"])])
        assert (found.unread, found.oldest_unread_at) == (len(unread), min(unread, default=None))
        cases = self.of("cases", id)
        running = [row for row in cases if row["state"] == "open"]
        assert found.cases_open == len(running)
        assert found.cases_late == len([row for row in running if row["due_on"] and row["due_on"] < today])
        moved = {
            step["case_id"]
            for step in self.rows["case_steps"]
            if self.in_week(step["recorded_at"]) and step["replaces_id"] is None
        }
        assert found.cases_moved == len([row for row in cases if row["id"] in moved])
        ends = [
            row["term_ends"]
            for row in self.rows["posts"]
            if row["organization_id"] == id and not row["until"] and row["term_ends"]
        ]
        voting = any(row["procedure"] == "election" and row["state"] in ("open", "paused") for row in cases)
        assert found.term_ends == (max(ends) if ends and max(ends) <= near and not voting else None)
        assert found.probations_ending == self.probations(id, near)
        assert found.last_record_at == self.newest(id)
        questions = [row for row in self.of("questions", id) if row["outcome"] == "unknown"]
        assert found.unanswered == len([row for row in questions if self.in_week(row["asked_at"])])
        assert found.unreachable == self.unreachable(id)

    def check_scope(self, found: ScopeFigures) -> None:
        """All branches of a subtree, their sums, and the questions of everybody in it."""
        below = [row for row in self.rows["organizations"] if row["path"].startswith(found.path)]
        open_ones = [row["id"] for row in below if row["kind"] == "branch" and not row["closed_on"]]
        assert sorted(one.organization_id for one in found.branches) == open_ones
        for one in found.branches:
            self.check(one)
        total = found.totals
        assert total.branches == len(open_ones)
        for name in ("members", "duties", "done", "reports", "unread", "cases_open", "cases_moved", "cases_late"):
            assert getattr(total, name) == sum(getattr(one, name) for one in found.branches)
        counted = [(one.weeks[back]) for back in range(5) for one in found.branches]
        assert sum(one.present for one in total.weeks) == sum(one.present for one in counted)
        now, *before = [sum(one.weeks[back].present for one in found.branches) for back in range(5)]
        expected, *earlier = [sum(one.weeks[back].expected for one in found.branches) for back in range(5)]
        change = now / expected - sum(before) / sum(earlier) if expected and sum(earlier) else None
        assert total.change_to_mean == change
        asked = [
            row
            for row in self.rows["questions"]
            if row["outcome"] == "unknown" and self.in_week(row["asked_at"]) and self.counted_in(row, found.path)
        ]
        assert found.unanswered == len(asked)

    def counted_in(self, question: Row, path: str) -> bool:
        whose = self.organizations[question["organization_id"]]
        home = self.home(whose["id"])
        if home is None and whose["closed_on"]:
            return False
        return bool(self.organizations[home or whose["id"]]["path"].startswith(path))


async def test_the_figures_of_fifty_towns_are_those_of_a_naive_count(database: Database) -> None:
    seeds = range(1, SEEDS + 1) if database.is_sqlite else range(101, 111)
    towns = [RandomTown(seed) for seed in seeds]
    await add_towns(database, towns)
    rows = await dumped(database)
    for number, town in enumerate(towns):
        ids = range(town.base + 1, town.base + 10_000)
        mine = {
            table: [row for row in found if row.get("id", row.get("meeting_id", row.get("organization_id"))) in ids]
            for table, found in rows.items()
        }
        naive = Naive(mine, town)
        # Some are asked for alone and some together with others, which must not make a difference.
        paths = [town.root["path"]] if number % 2 else [one.root["path"] for one in towns]
        async with database.reading() as session:
            day = naive.mondays[0] + timedelta(days=3)
            found = await figures_of(session, paths, day, town.zone, town.now)
        for place in [one for one in mine[Organization] if one["kind"] != OrganizationKind.GROUP]:
            naive.check_scope(found.of(place["id"], place["name"], place["path"]))


async def test_more_branches_take_no_more_statements(database: Database) -> None:
    few, many = RandomTown(5), [RandomTown(seed) for seed in range(6, 16)]
    await add_towns(database, [few, *many])
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    counts = []
    for towns in ([few], [few, *many]):
        said.clear()
        async with database.reading() as session:
            found = await figures_of(session, [one.root["path"] for one in towns], few.now.date(), few.zone, few.now)
        assert len(found.branches) >= len(towns)  # otherwise it proves nothing
        counts.append(len([one for one in said if one.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1] == 24


async def test_a_subtree_asked_for_alone_is_what_it_is_among_others(database: Database) -> None:
    town = RandomTown(7)
    await add_towns(database, [town])
    for place in town.rows[Organization]:
        if place["kind"] is OrganizationKind.GROUP:
            continue  # whose doing is its branch's
        at = Place(place["id"], place["name"], place["path"], place["kind"], town.zone)
        async with database.reading() as session:
            whole = await figures_of(session, [town.root["path"]], town.now.date(), town.zone, town.now)
            assert await figures_at(session, at, town.now.date(), town.now) == whole.of(
                at.organization_id, at.name, at.path
            )
