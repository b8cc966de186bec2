"""What is due in cases, for terms of office and at the end of probations stands in the day's message of a secretary."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.reminder_round import remind_everybody
from handlers.case_reminders import case_items
from handlers.daily_reminders import looked_for
from handlers.reminders import Item
from knowledge.procedure.files import Procedures
from knowledge.rules.owed import Light
from storage.accounts import lock_account
from storage.case_steps import NewStep, record_steps
from storage.cases import add_case
from storage.database import Database
from storage.memberships import change_status
from storage.models import OutboxMessage, Post, Status
from tests.branch import settle
from tests.fakes import PROCEDURES as REAL
from tests.fakes import TEXTS, ZONE

PROCEDURES = Procedures.load(Path(__file__).parents[1] / "handlers" / "procedures")
MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=ZONE)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is decided in Python from what the queries gave."""


@dataclass
class Office:
    """A secretary on one account."""

    database: Database
    ids: dict[str, int]

    async def tick(self, at: datetime) -> int:
        """The round at a time, if it is due; how many messages it put into the outbox."""
        return await remind_everybody(self.database, TEXTS, PROCEDURES, at)

    async def bodies(self) -> list[str]:
        """What waits to be sent, oldest first."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))

    async def begun(self, name: str, received: date, remind_on: date) -> int:
        """A case that waits for its talk."""
        answers = {"received_on": received.isoformat()}
        return await self.case("walk", name, remind_on, NewStep("application", received, answers))

    async def said(self, on: date, about: str) -> str:
        """The line about something in what is put into the outbox on a day; empty where there is none."""
        before = len(await self.bodies())
        await self.tick(datetime(on.year, on.month, on.day, 9, tzinfo=ZONE))
        lines = [line for body in (await self.bodies())[before:] for line in body.splitlines() if about in line]
        return "".join(lines)

    async def case(self, procedure: str, name: str, remind_on: date, *steps: NewStep, taken_over_at: str = "") -> int:
        """A case with these steps."""
        async with self.database.transaction() as session:
            id = await add_case(
                session,
                organization_id=self.ids["桃花村党支部"],
                procedure=procedure,
                subject_id=self.ids[name],
                title=f"走一遍：{name}",
                started_on=steps[0].done_on,
                remind_on=remind_on,
                started_by_id=self.ids["李向阳"],
                taken_over_at=taken_over_at,
            )
            await record_steps(session, id, steps, after=0, recorded_by_id=self.ids["李向阳"], now=MORNING)
        return id

    async def items(self, on: date) -> dict[str, Item]:
        """What is due on a day in cases of the real procedures, by case and step."""
        async with self.database.reading() as session:
            at = datetime(on.year, on.month, on.day, 9, tzinfo=ZONE)
            found = await case_items(await looked_for(session, TEXTS, REAL, [self.ids["李向阳"]], at))
        return {":".join(item.key.split(":")[1:3]): item for item in found}

    async def end_terms(self, on: date) -> None:
        """The secretary's term ends."""
        async with self.database.transaction() as session:
            await session.execute(update(Post).where(Post.person_id == self.ids["李向阳"]).values(term_ends=on))


@pytest.fixture
async def office(database: Database) -> Office:
    """The small branch; its secretary has an account."""
    ids = await settle(database)
    async with database.transaction() as session:
        account = await lock_account(session, "web", "t", "李向阳", "chat", MORNING)
        account.person_id = ids["李向阳"]
    return Office(database, ids)


async def test_the_secretary_is_told_once_of_everything_that_is_due(office: Office) -> None:
    await office.begun("钱小满", date(2026, 10, 31), date(2026, 11, 23))
    await office.begun("孙小梅", date(2026, 10, 30), date(2026, 11, 23))
    assert await office.tick(MORNING - timedelta(minutes=1)) == 0, "nobody is woken"
    assert await office.tick(MORNING) == 1
    assert await office.tick(MORNING + timedelta(minutes=1)) == 0
    assert await office.tick(MORNING + timedelta(hours=9)) == 0
    [body] = await office.bodies()
    assert "- **【黄】**走一遍：钱小满：派人谈话，最晚 11月30日" in body
    assert "- **【黄】**走一遍：孙小梅：派人谈话，最晚 11月30日" in body


@one_database
async def test_it_is_said_on_its_last_day_and_in_red_afterwards_every_week(office: Office) -> None:
    await office.begun("钱小满", date(2026, 10, 31), date(2026, 11, 23))
    await office.tick(MORNING - timedelta(days=3))
    said = [await office.said(date(2026, 11, 23) + timedelta(days=step), "走一遍") for step in range(17)]
    days = {23 + step: words[:9] for step, words in enumerate(said) if words}
    assert days == {23: "- **【黄】**", 30: "- **【黄】**", 31: "- **【红】**", 38: "- **【红】**"}


@one_database
async def test_what_fell_due_at_night_or_on_a_weekend_is_said_on_the_next_working_morning(office: Office) -> None:
    await office.tick(MORNING - timedelta(days=3))
    await office.begun("钱小满", date(2026, 10, 28), date(2026, 11, 21))
    assert await office.tick(datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)) == 0, "a Saturday"
    assert await office.tick(datetime(2026, 11, 22, 10, 0, tzinfo=ZONE)) == 0
    assert await office.tick(datetime(2026, 11, 23, 22, 0, tzinfo=ZONE)) == 0, "nobody is woken"
    assert await office.tick(datetime(2026, 11, 24, 8, 30, tzinfo=ZONE)) == 1


@one_database
async def test_an_election_is_proposed_on_four_days_and_every_week_once_the_term_is_over(office: Office) -> None:
    await office.end_terms(date(2027, 3, 1))
    assert "【黄】**支委会2027年3月1日任期届满，还有 98 天" in await office.said(date(2026, 11, 23), "支委会")
    quiet = ("2026-11-24", "2026-11-30", "2026-12-02", "2027-01-29", "2027-02-02", "2027-02-26", "2027-03-08")
    loud = ("2026-12-01", "2027-02-01", "2027-03-01", "2027-03-02", "2027-03-09", "2027-03-16")
    for day in sorted((*quiet, *loud)):
        assert bool(await office.said(date.fromisoformat(day), "支委会")) == (day in loud), day
    last = await office.said(date(2027, 3, 23), "支委会")
    assert "【红】**支委会3月1日任期届满，**已过 22 天**。先向上级请示换届或延期" in last


async def test_no_election_is_proposed_while_one_is_under_way_or_elsewhere(office: Office) -> None:
    await office.end_terms(date(2027, 3, 1))
    async with office.database.transaction() as session:
        await add_case(
            session,
            organization_id=office.ids["桃花村党支部"],
            procedure="election",
            subject_id=None,
            title="换届",
            started_on=date(2026, 11, 1),
            remind_on=None,
            started_by_id=None,
        )
        theirs = update(Post).where(Post.person_id == office.ids["吴长河"])
        await session.execute(theirs.values(term_ends=date(2027, 3, 1)))
    assert await office.tick(MORNING) == 0


@one_database
async def test_the_end_of_a_probation_is_known_from_the_roster_alone(office: Office) -> None:
    async with office.database.transaction() as session:
        await change_status(session, office.ids["钱小满"], Status.PROBATIONARY, date(2025, 12, 23))
    assert await office.tick(MORNING) == 1
    [body] = await office.bodies()
    assert "【黄】**钱小满预备期12月23日满，准备讨论转正" in body
    assert "孙小梅" not in body, "since when she is on probation is not known"
    assert await office.tick(datetime(2026, 12, 24, 9, 0, tzinfo=ZONE)) == 1
    assert "【红】**钱小满预备期12月23日已满" in (await office.bodies())[-1]


def step(id: str, done_on: str, **answers: Any) -> NewStep:
    """A step as it was recorded; days are given as they are stored."""
    return NewStep(id, date.fromisoformat(done_on), answers)


LONG_AGO = date(2020, 1, 1)
APPLIED = step("application", "2026-03-10", received_on="2026-03-10", born_on="1990-01-01")


MEETING = step(
    "admission_meeting",
    "2026-06-10",
    held_on="2026-06-10",
    eligible=9,
    present=9,
    written=0,
    method="secret",
    in_favour=9,
)
AWAY = [
    step("leave", "2026-03-01", reported_on="2026-03-01", leaves_on="2026-03-02", returns_on="2027-03-01"),
    step("register", "2026-03-03", registered_on="2026-03-03"),
]
TABLE: list[tuple[str, str, list[NewStep], dict[str, Light | None]]] = [
    ("admission", "talk", [APPLIED], {"03-29": None, "03-30": Light.YELLOW, "04-10": Light.YELLOW, "04-11": Light.RED}),
    (
        "admission",
        "cultivation",
        [
            step("activist", "2026-03-10", decided_on="2026-03-10"),
            step("contact_people", "2026-03-10", named_on="2026-03-10"),
        ],
        {"08-26": None, "09-06": Light.NONE, "09-07": Light.YELLOW, "12-31": Light.YELLOW},
    ),
    (
        "admission",
        "admission_meeting",
        [step("prereview", "2026-06-10", passed_on="2026-06-10", passed=True)],
        {"07-04": None, "07-05": Light.YELLOW, "07-10": Light.YELLOW, "07-11": Light.RED},
    ),
    (
        "admission",
        "approval",
        [MEETING],
        {"08-23": None, "08-24": Light.YELLOW, "09-10": Light.YELLOW, "09-11": Light.RED, "12-31": Light.RED},
    ),
    (
        "admission",
        "conversion_meeting",
        [MEETING],
        {"2027-05-10": None, "2027-05-11": Light.YELLOW, "2027-06-10": Light.YELLOW, "2027-06-11": Light.RED},
    ),
    (
        "admission",
        "full_approval",
        [MEETING, step("conversion_meeting", "2026-11-30", held_on="2026-11-30", decision="full")],
        {"2027-02-12": None, "2027-02-13": Light.YELLOW, "2027-02-28": Light.YELLOW, "2027-03-01": Light.RED},
    ),
    (
        "mobile-member",
        "contact",
        [*AWAY, step("contact", "2026-03-10", contacted_on="2026-03-10", reached=True)],
        {"05-30": None, "06-08": Light.NONE, "06-09": Light.YELLOW, "09-06": Light.YELLOW, "09-07": Light.RED},
    ),
    (
        "mobile-member",
        "search",
        [
            *AWAY,
            step("contact", "2026-08-20", contacted_on="2026-08-20", reached=False),
            step(
                "search", "2026-08-25", searched_on="2026-08-25", lost_on="2026-03-10", ways=["问家属"], outcome="go_on"
            ),
        ],
        {"08-26": None, "09-10": Light.YELLOW, "12-31": Light.YELLOW},
    ),
    (
        "stopped-membership",
        "review",
        [
            step("proposal", "2026-05-20", proposed_on="2026-05-20", ground="lost", lost_on="2025-11-01"),
            step("decision", "2026-06-10", decided_on="2026-06-10", decided=True),
        ],
        {"06-11": None, "2028-06-09": None, "2028-06-10": Light.YELLOW, "2029-12-31": Light.YELLOW},
    ),
    (
        "transfer",
        "arrive",
        [
            step("apply", "2026-06-01", direction="out", applied_on="2026-06-01"),
            step("send", "2026-06-10", issued_on="2026-06-10", way="letter", valid_days=30),
        ],
        {"06-23": None, "06-24": Light.YELLOW, "07-09": Light.YELLOW, "07-10": Light.RED},
    ),
]
"""A procedure, its step, what was recorded of it, and the lights of the step by day, of 2026 where no year is named."""


@one_database
async def test_each_line_of_the_table_has_its_lights(office: Office) -> None:
    for procedure, name, steps, lights in TABLE:
        case = await office.case(procedure, "钱小满", LONG_AGO, *steps, taken_over_at=name)
        for day, light in lights.items():
            items = await office.items(date.fromisoformat(day if len(day) > 5 else f"2026-{day}"))
            item = items.get(f"{case}:{name}")
            assert (item and item.light) == light, (procedure, name, day)
            if item is not None:
                assert item.words.startswith("走一遍：钱小满："), item.words


@one_database
async def test_of_a_case_that_was_taken_over_the_date_that_is_known_is_enough(office: Office) -> None:
    decided = step("activist", "2026-03-10", decided_on="2026-03-10")
    case = await office.case("admission", "钱小满", None, decided, taken_over_at="cultivation")
    assert await office.items(date(2026, 9, 6)) == {}
    found = await office.items(date(2026, 9, 7))
    assert found[f"{case}:cultivation"].light is Light.YELLOW
