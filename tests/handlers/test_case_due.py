"""By which day a case has to go on is reckoned for those from before it was kept, and once."""

from datetime import date, datetime

from sqlalchemy import event, select

from handlers.case_due import reckon_due
from storage.case_steps import NewStep, record_steps
from storage.cases import add_case
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
    async with database.transaction() as session:
        assert await reckon_due(session, PROCEDURES, NOW) == 2
        assert await reckon_due(session, PROCEDURES, NOW) == 0
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
        async with database.transaction() as session:
            assert await reckon_due(session, PROCEDURES, NOW) == len(branches)
        read.append(len([word for word in statements if word != "UPDATE"]))
    assert read[0] == read[1]
