"""Invitations: one winner, short-lived, hashed, and few wrong codes, on both databases."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from storage.accounts import lock_account
from storage.database import Database
from storage.invitations import ALPHABET, add_invitation, clear_wrong_codes, new_code, redeem, wrong_code
from storage.models import Account, Invitation
from tests.storage.kit import NOW, add_town


async def _redeem(database: Database, code: str, days: float = 0) -> int | None:
    async with database.transaction() as session:
        return await redeem(session, code, NOW + timedelta(days=days))


def test_codes_have_eight_clear_characters_and_a_digit() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code) == 8
        assert set(code) <= set(ALPHABET)
        assert any(character.isdigit() for character in code)
    assert not set("01IOL") & set(ALPHABET)


async def test_a_code_works_once_however_it_is_typed(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        code = await add_invitation(session, town.full[0], now=NOW)
    async with database.reading() as session:
        assert code not in str((await session.execute(select(Invitation.code_hash))).all())
    typed = f" {code[:4].lower()}－{code[4:]} "
    assert await _redeem(database, "ABCD2345") is None
    assert await _redeem(database, typed) == town.full[0]
    assert await _redeem(database, code) is None


async def test_a_code_is_worth_nothing_after_its_time_or_after_a_newer_one(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        short = await add_invitation(session, town.full[1], now=NOW, valid_for=timedelta(days=1))
        earlier = await add_invitation(session, town.full[0], now=NOW)
        newer = await add_invitation(session, town.full[0], now=NOW)
    assert await _redeem(database, short, days=1) is None
    assert await _redeem(database, earlier) is None
    assert await _redeem(database, newer, days=13.9) == town.full[0]


async def test_of_two_who_try_one_code_at_once_one_gets_it(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        code = await add_invitation(session, town.full[0], now=NOW)
    got = await asyncio.gather(*(_redeem(database, code) for _ in range(5)))
    assert sorted(got, key=lambda each: each or 0) == [None, None, None, None, town.full[0]]


async def test_the_fifth_wrong_code_locks_the_account_for_a_quarter_of_an_hour(database: Database) -> None:
    locked = []
    for _ in range(5):
        async with database.transaction() as session:
            account = await lock_account(session, "web", "local", "someone", "someone", NOW)
            locked.append(await wrong_code(session, account.id, NOW))
    assert locked == [False] * 4 + [True]
    async with database.transaction() as session:
        account = await session.get_one(Account, account.id)
        assert (account.locked_until, account.wrong_codes) == (NOW + timedelta(minutes=15), 0)
        await clear_wrong_codes(session, account.id)
    async with database.reading() as session:
        assert (await session.get_one(Account, account.id)).locked_until is None
