"""One update, one transaction: what is played once, what is undone, and what is said when it went wrong."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from handlers.dialogue import Dialogue, Papers, Text
from handlers.dialogue.turn import Turn
from handlers.dialogue.turns import NOTHING, shown_rows, stored_rows
from handlers.messages import Address, Button, Document, Incoming, Kind, Rows
from storage.models import Account, File, OutboxMessage
from tests.handlers.dialogue.tiny import Broken, Tiny, shared, write

SECRET = "王桂兰 13800001002"


async def rows(tiny: Tiny, table: Any) -> list[Any]:
    """All rows of a table."""
    async with tiny.town.database.reading() as session:
        return list(await session.scalars(select(table)))


def update(tiny: Tiny, text: str = "", kind: Kind = Kind.TEXT, **more: Any) -> Incoming:
    """One more update of the person."""
    tiny.town.updates += 1
    user = tiny.chat.user
    return Incoming(f"u{tiny.town.updates}", Address("fake", "t", user), user, kind, tiny.town.now, text, **more)


async def breaking(d: Dialogue) -> None:
    """Breaks when it comes to the end, after it has written."""
    await d.ask("first", Text())
    words = await d.ask("second", Text())
    await write(d)
    raise Broken(words)


async def test_a_crash_is_logged_with_the_run_and_without_what_people_wrote(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        raise Broken

    tiny.define(play)
    await tiny.starts()
    with capture_logs() as logged:
        assert await tiny.hears(SECRET) == [shared("crashed")]
    run = await tiny.run()
    assert [entry["event"] for entry in logged] == ["turn failed", "answers kept"]
    assert (logged[1]["run"], logged[1]["dialogue"]) == (run.id, "tiny")
    assert SECRET not in json.dumps(logged, default=str, ensure_ascii=False)


async def test_a_turn_that_breaks_at_its_end_leaves_no_record_and_keeps_what_was_answered_before(tiny: Tiny) -> None:
    tiny.define(breaking)
    await tiny.starts()
    await tiny.hears("甲")
    assert await tiny.hears("乙") == [shared("crashed")]
    assert await tiny.answers() == {"first": "甲"}
    assert await tiny.written() == 0


async def test_an_update_that_broke_is_done_and_does_not_break_again(tiny: Tiny) -> None:
    tiny.define(breaking)
    await tiny.starts()
    await tiny.hears("甲", "乙")
    with capture_logs() as logged:
        await tiny.chat.again()
    assert (tiny.chat.hears(), logged) == ([], [])


async def test_a_repeat_is_known_by_channel_tenant_and_id(tiny: Tiny) -> None:
    first = update(tiny, "帮助")
    assert (await tiny.town.turns.take(first)).ids
    assert await tiny.town.turns.take(first) == NOTHING
    for address in (Address("fake", "other", tiny.chat.user), Address("web", "t", tiny.chat.user)):
        assert (await tiny.town.turns.take(replace(first, address=address))).ids, "an id means nothing elsewhere"


async def test_when_the_database_is_away_the_update_stays_undone(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(turn: Turn, files: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    incoming = update(tiny, "帮助")
    with capture_logs() as logged, pytest.raises(OperationalError):
        await replace(tiny.town.turns, route=away).take(incoming)
    assert logged == []
    assert (await tiny.town.turns.take(incoming)).ids, "the platform brings it again, and then it is played"


async def test_who_has_left_hears_nothing_and_is_no_longer_reached_until_they_write(tiny: Tiny) -> None:
    assert await tiny.town.turns.take(update(tiny, kind=Kind.LEFT)) == NOTHING
    [account] = await rows(tiny, Account)
    assert not account.reachable
    await tiny.hears("帮助")
    [account] = await rows(tiny, Account)
    assert account.reachable


async def test_files_are_stored_once_in_the_transaction_that_uses_them(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        paper = await d.ask("first", Papers())
        await d.say("finished", answers=paper.files[0].name)

    tiny.define(play)
    await tiny.starts()
    await tiny.chat.sends_file("手写稿.jpg", b"picture")
    await tiny.chat.again((Document("手写稿.jpg", "image/jpeg", b"picture"),))
    [kept] = await rows(tiny, File)
    assert kept.name == "手写稿.jpg"
    assert (await tiny.hears("好了"))[-1] == "办好了：手写稿.jpg"


async def test_a_file_that_nobody_asked_for_or_that_answers_nothing_is_not_kept(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        words = await d.ask("first", Text())
        paper = await d.ask("second", Papers())
        await d.say("finished", answers=f"{words}，{len(paper.files)} 份")

    tiny.define(play)
    await tiny.chat.sends_file()
    assert await rows(tiny, File) == [], "at rest"
    await tiny.starts()
    await tiny.chat.sends_file()
    assert await rows(tiny, File) == [], "words were asked for"
    await tiny.hears("甲")
    for name in ("一.jpg", "二.jpg"):
        await tiny.chat.sends_file(name)
    assert [one.name for one in await rows(tiny, File)] == ["一.jpg", "二.jpg"], "what answers is kept with the answer"
    assert (await tiny.hears("好了"))[-1] == "办好了：甲，2 份"


async def test_what_is_said_carries_the_ticket_and_takes_the_place_of_the_tapped_message(tiny: Tiny) -> None:
    incoming = update(tiny, kind=Kind.TAP, payload="nonsense", about="m7", reply_ticket={"callback": "9"})
    answered = await tiny.town.turns.take(incoming)
    [draft] = answered.drafts
    assert (draft.reply_ticket, draft.replaces) == ({"callback": "9"}, "")
    [kept] = await rows(tiny, OutboxMessage)
    assert (kept.reply_ticket, kept.body) == ({"callback": "9"}, shared("unknown_button"))


def test_buttons_come_back_from_the_outbox_as_they_went_in() -> None:
    kept: Rows = ((Button("签到", "check_in.3"), Button("看", url="https://e.cn/")), (Button("取消", "c7.2.x"),))
    assert shown_rows(json.loads(json.dumps(stored_rows(kept)))) == kept
