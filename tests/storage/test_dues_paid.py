"""Dues on both databases: what is in force, what is paid, and two people who record at once."""

import asyncio
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from storage.database import Database
from storage.dues import (
    Assessment,
    PayerKind,
    add_assessments,
    add_payments,
    assessments_of,
    forget_file,
    members_since,
    payment,
    payments_by,
    payments_to,
    void_payment,
)
from storage.files import add_file, file
from storage.models import DuesPayment
from tests.storage.kit import NOW, START, Town, add_town

JANUARY, OCTOBER = date(2026, 1, 1), date(2026, 10, 1)


async def _assess(database: Database, town: Town, monthly: str, year: int = 2026, first: date = JANUARY) -> None:
    one = Assessment(town.full[0], PayerKind.EMPLOYED, Decimal(monthly))
    async with database.transaction() as session:
        await add_assessments(session, town.branch, year, [(one, first)], assessed_by_id=town.secretary, now=NOW)


async def _pay(database: Database, town: Town, *months: date, amount: str = "78.00") -> set[tuple[int, date]]:
    given = [(town.full[0], month, Decimal(amount)) for month in months]
    async with database.transaction() as session:
        return await add_payments(
            session, town.branch, given, paid_on=date(2026, 11, 20), recorded_by_id=town.secretary, now=NOW
        )


async def test_the_last_assessment_of_a_year_is_in_force_and_a_later_year_goes_on_with_it(database: Database) -> None:
    town = await add_town(database)
    await _assess(database, town, "50.00", first=date(2026, 3, 1))
    await _assess(database, town, "78.00", first=date(2026, 9, 1))
    async with database.reading() as session:
        this = await assessments_of(session, town.branch, 2026)
        following = await assessments_of(session, town.branch, 2027)
        assert await assessments_of(session, town.branch, 2025) == {}
        assert await assessments_of(session, town.other_branch, 2026) == {}
    one = this[town.full[0]]
    assert (one.monthly, one.first_month, one.year) == (Decimal("78.00"), date(2026, 3, 1), 2026)
    assert following == this


async def test_a_month_is_paid_once_and_again_only_after_it_was_taken_back(database: Database) -> None:
    town = await add_town(database)
    who = town.full[0]
    assert await _pay(database, town, OCTOBER) == {(who, OCTOBER)}
    assert await _pay(database, town, OCTOBER, date(2026, 11, 1)) == {(who, date(2026, 11, 1))}
    async with database.transaction() as session:
        first = (await payments_by(session, [who]))[0]
        assert await void_payment(session, first.id, "记成别人的了")
        assert not await void_payment(session, first.id, "再来一次")
    assert await _pay(database, town, OCTOBER) == {(who, OCTOBER)}
    async with database.reading() as session:
        kept = await payment(session, first.id)
        months = [one.month for one in await payments_by(session, [who])]
        every = await payments_by(session, [who], voided=True)
        total = sum(one.amount for one in await payments_to(session, town.branch, 2026))
        assert await payments_to(session, town.branch, 2025) == []
    assert kept is not None
    assert (kept.voided, kept.note) == (True, "记成别人的了")
    assert months == [OCTOBER, date(2026, 11, 1)]
    assert len(every) == 3
    assert total == Decimal("156.00")


async def test_two_who_record_the_same_months_at_once_record_each_once(database: Database) -> None:
    town = await add_town(database)
    months = [date(2026, month, 1) for month in range(1, 13)]
    done = await asyncio.gather(*(_pay(database, town, *order) for order in (months, months[::-1], months[3:])))
    assert sum(len(one) for one in done) == 12
    async with database.reading() as session:
        assert await session.scalar(select(func.count(DuesPayment.id))) == 12


async def test_members_pay_from_the_day_that_made_them_members(database: Database) -> None:
    town = await add_town(database)
    async with database.reading() as session:
        since = await members_since(session, town.branch)
    assert since[town.probationary] == START
    assert town.activist not in since


async def test_a_sheet_of_incomes_is_gone_once_it_was_read(database: Database) -> None:
    async with database.transaction() as session:
        id = await add_file(session, "核定表.xlsx", "application/octet-stream", b"5200", NOW)
        await forget_file(session, id)
    async with database.reading() as session:
        assert await file(session, id) is None
