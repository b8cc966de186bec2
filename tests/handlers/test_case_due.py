"""By which day a case has to go on is reckoned for those from before it was kept, and once."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select

import handlers.case_due
from handlers.case_due import reckon_due
from storage.case_steps import NewStep, record_steps
from storage.cases import add_case, cases_to_reckon, close_case, note_due, set_due
from storage.database import Database
from storage.models import Case
from storage.models.cases import NEVER_DUE
from tests.branch import settle
from tests.fakes import PROCEDURES, ZONE

NOW = datetime(2026, 11, 20, 15, tzinfo=ZONE)


async def test_what_was_begun_before_gets_its_day_and_a_procedure_that_is_gone_none(database: Database) -> None:
    ids = await settle(database)
    async with database.transaction() as session:
        for procedure in ("admission", "no-such-procedure"):
            case_id = await add_case(
                session,
                organization_id=ids["桃花村党支部"],
                procedure=procedure,
                subject_id=ids["钱小满"],
                title="发展党员：钱小满",
                started_on=date(2026, 11, 2),
                remind_on=None,
                started_by_id=None,
            )
            step = NewStep("application", date(2026, 11, 2), {"received_on": "2026-11-02", "born_on": "1990-05-04"})
            await record_steps(session, case_id, [step], after=0, recorded_by_id=None, now=NOW)
    assert await reckon_due(database, PROCEDURES, NOW)
    async with database.reading() as session:
        # The talk is held within a month of the application.
        assert list(await session.scalars(select(Case.due_on).order_by(Case.id))) == [date(2026, 12, 2), NEVER_DUE]


async def test_what_is_read_for_it_does_not_grow_with_the_branches(database: Database) -> None:
    ids = await settle(database)
    statements: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *said: statements.append(said[2].split()[0])
    )
    read = []
    for branches in (["桃花村党支部"], ["桃花村党支部", "杏花村党支部", "清河镇党委"]):
        async with database.transaction() as session:
            for branch in branches:
                await add_case(
                    session,
                    organization_id=ids[branch],
                    procedure="admission",
                    subject_id=None,
                    title="发展党员",
                    started_on=date(2026, 11, 2),
                    remind_on=None,
                    started_by_id=None,
                )
        statements.clear()
        assert await reckon_due(database, PROCEDURES, NOW)
        read.append(len([word for word in statements if word == "SELECT"]))
        assert statements.count("UPDATE") == 1
    assert read[0] == read[1]


async def begun(database: Database, count: int) -> None:
    """So many admissions from before it was kept, each applied for a day after the last."""
    ids = await settle(database)
    async with database.transaction() as session:
        for number in range(count):
            received = date(2026, 10, 1) + timedelta(days=number)
            case_id = await add_case(
                session,
                organization_id=ids["桃花村党支部"],
                procedure="admission",
                subject_id=ids["钱小满"],
                title="发展党员：钱小满",
                started_on=received,
                remind_on=None,
                started_by_id=None,
            )
            step = NewStep("application", received, {"received_on": str(received), "born_on": "1990-05-04"})
            await record_steps(session, case_id, [step], after=0, recorded_by_id=None, now=NOW)


async def days(database: Database) -> list[date | None]:
    """By which day each has to go on, in the order in which they were begun."""
    async with database.reading() as session:
        return list(await session.scalars(select(Case.due_on).order_by(Case.id)))


async def test_all_are_reckoned_at_once_by_however_many_workers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers.case_due, "BATCH", 2)
    await begun(database, 7)
    found = await asyncio.gather(*(reckon_due(database, PROCEDURES, NOW) for _ in range(3)))
    assert found == [True, True, True]
    # The talk is held within a month of the application.
    assert await days(database) == [date(2026, 11, 1) + timedelta(days=number) for number in range(7)]


async def test_after_a_while_others_get_their_turn_and_it_goes_on_where_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers.case_due, "BATCH", 2)
    monkeypatch.setattr(handlers.case_due, "PATIENCE", 0.0)
    await begun(database, 3)
    assert not await reckon_due(database, PROCEDURES, NOW)
    assert [day is None for day in await days(database)] == [False, False, True]
    assert not await reckon_due(database, PROCEDURES, NOW)
    assert await reckon_due(database, PROCEDURES, NOW)
    assert None not in await days(database)


async def test_what_was_recorded_meanwhile_is_not_overwritten(database: Database) -> None:
    await begun(database, 2)
    async with database.reading() as session:
        first, second = [one.id for one in await cases_to_reckon(session, limit=9)]
    recorded = date(2027, 1, 2)
    async with database.transaction() as session:
        assert await set_due(session, first, recorded)
        assert await close_case(session, second, outcome="done", on=recorded)
    async with database.transaction() as session:
        await note_due(session, {first: date(2026, 11, 1), second: date(2026, 11, 2)})
        await note_due(session, {})
    assert await days(database) == [recorded, None]
