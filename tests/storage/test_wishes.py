"""How somebody wants their digest is kept, and nothing else is changed by it, on both databases."""

from datetime import timedelta

from storage.database import Database
from storage.digest import active_subscriptions
from storage.digest_settings import set_wish, wishes_of
from tests.branch import settle
from tests.fakes import MONDAY


async def test_what_was_set_is_kept_and_nothing_else_changes(database: Database) -> None:
    ids = await settle(database)
    official, committee = ids["郑远"], ids["清河镇党委"]
    async with database.transaction() as session:
        [before] = await wishes_of(session, official, MONDAY.date())
        assert (before.known, before.weekday, before.active) == (False, 1, True)
        await set_wish(session, official, before, {"pressing_only": True}, MONDAY)
    async with database.transaction() as session:
        [first] = await wishes_of(session, official, MONDAY.date())
        assert (first.known, first.pressing_only, first.since) == (True, True, MONDAY)
        await set_wish(session, official, first, {"weekday": 5, "timezone": "Asia/Urumqi"}, MONDAY + timedelta(days=1))
    async with database.reading() as session:
        [second] = await wishes_of(session, official, MONDAY.date())
        assert (second.weekday, second.timezone, second.pressing_only, second.since) == (5, "Asia/Urumqi", True, MONDAY)
        [sent] = await active_subscriptions(session)
        assert (sent.organization_id, sent.weekday, sent.pressing_only) == (committee, 5, True)
