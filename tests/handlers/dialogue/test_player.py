"""Playing runs: where 返回 leads, what a part of an answer belongs to, and how a question is put as a message."""

from typing import Any

import pytest
from sqlalchemy import select

from handlers.dialogue import Choices, Dialogue, Number, Option, Papers, Text, When, YesNo
from handlers.dialogue.engine import Play
from handlers.dialogue.questions import OneOf, Question
from handlers.messages import Address, Incoming, Kind
from storage.database import Database
from storage.models import Lane, OutboxMessage
from tests.branch import settle
from tests.fakes import TEXTS
from tests.handlers.dialogue.tiny import FILE, Tiny, shared

FIRST, SECOND, THIRD = "第一问？", "第二问？", "第三问？"
OFFERED = [Option(id, f"{id}种") for id in ("甲", "乙", "丙")]


async def by_kind(d: Dialogue) -> None:
    """One kind has a question of its own."""
    kind = await d.ask("kind", OneOf(OFFERED))
    if kind == "甲":
        await d.ask("count", Number())
    await d.ask("second", Text())
    await d.confirm()
    await d.say("finished", answers=kind)


def asking(question: Question[Any]) -> Play:
    """A dialogue of this question alone."""

    async def play(d: Dialogue) -> None:
        answer = await d.ask("first", question)
        await d.say("finished", answers=answer)

    return play


# 返回


async def test_back_never_presses_into_the_void_after_another_choice(tiny: Tiny) -> None:
    tiny.define(by_kind)
    await tiny.starts()
    await tiny.hears("甲种", "3", "话", "修改", "kind", "乙种")
    assert "count" in await tiny.answers(), "it is kept, for the choice may be made back"
    assert await tiny.hears("返回") == [SECOND]
    assert await tiny.hears("返回") == ["哪一种？"]
    assert await tiny.hears("返回") == [f"{shared('first_question')}\n\n哪一种？"]


async def test_a_choice_made_back_finds_its_old_answer(tiny: Tiny) -> None:
    tiny.define(by_kind)
    await tiny.starts()
    await tiny.hears("甲种", "3", "话", "修改", "kind", "乙种", "修改", "kind")
    [summary] = await tiny.hears("甲种")
    assert "count：3" in summary


async def test_the_button_for_back_is_there_only_when_it_leads_somewhere(tiny: Tiny) -> None:
    def labels() -> list[str]:
        return [button.label for button in tiny.chat.buttons()]

    tiny.define(by_kind)
    await tiny.starts()
    assert shared("back_button") not in labels()
    await tiny.hears("乙种")
    assert shared("back_button") in labels()
    await tiny.hears("返回")
    assert shared("back_button") not in labels()


async def test_back_takes_back_a_part_of_an_answer_first(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("second", Text())
        await d.ask("first", Choices(OFFERED, at_least=1))

    tiny.define(play)
    await tiny.starts()
    await tiny.hears("话", "甲种", "乙种")
    assert await tiny.hears("返回") == [FIRST]
    assert "✓" not in "".join(button.label for button in tiny.chat.buttons())
    assert await tiny.hears("返回") == [SECOND]


# A part of an answer


async def test_a_part_of_an_answer_survives_stale_buttons_and_the_handbook(tiny: Tiny) -> None:
    tiny.define(asking(When()))
    await tiny.starts()
    [what_time] = await tiny.hears("12月5号")
    await tiny.hears("？支部多久换届一次")
    await tiny.taps("r99.1.0")
    assert what_time.startswith("日子是")
    assert await tiny.hears("下午3点") == ["办好了：2026-12-05 15:00:00+08:00"]


@pytest.mark.parametrize(
    ("before", "replies"),
    [(Papers(), ("正文",)), (Choices(OFFERED), ("甲种", "乙种")), (When(), ("明天",))],
    ids=lambda value: type(value).__name__ if isinstance(value, Question) else "",
)
@pytest.mark.parametrize(
    ("after", "reply", "answer"),
    [
        (When(), "明天下午3点", "2026-11-24 15:00:00+08:00"),
        (Text(), "丁", "丁"),
        (YesNo(), "是", "True"),
        (OneOf(OFFERED), "丙种", "丙"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Question) else "",
)
async def test_a_part_of_one_kind_of_question_is_none_of_another(
    tiny: Tiny, before: Question[Any], replies: tuple[str, ...], after: Question[Any], reply: str, answer: str
) -> None:
    tiny.define(asking(before))
    await tiny.starts()
    await tiny.hears(*replies)
    tiny.define(asking(after))
    assert await tiny.hears(reply) == [f"办好了：{answer}"]


async def test_what_was_collected_is_not_taken_along_when_the_question_is_renamed(tiny: Tiny) -> None:
    async def renamed(d: Dialogue) -> None:
        await d.ask("second", Papers())

    tiny.define(asking(Papers()))
    await tiny.starts()
    await tiny.hears("正文")
    tiny.define(renamed)
    assert await tiny.hears("再来一段") == [f"{shared('things_changed')}\n\n{SECOND}"]
    assert "partial" not in (await tiny.run()).journal


@pytest.mark.parametrize("after", [Text(), When(), Number(), YesNo(), Papers()], ids=lambda value: type(value).__name__)
async def test_an_option_of_the_question_before_is_an_answer_of_no_other(tiny: Tiny, after: Question[Any]) -> None:
    tiny.define(asking(OneOf(OFFERED)))
    await tiny.starts()
    old = tiny.payload("乙种")
    tiny.define(asking(after))
    assert await tiny.taps(old) == [f"{shared('no_longer_offered')}\n\n{FIRST}"]
    assert await tiny.answers() == {}


# Authors' mistakes, and what is told to others


async def test_asking_twice_by_one_name_is_our_bug(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        for _ in OFFERED:
            await d.ask("first", Text())

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲") == [shared("crashed")]


async def test_each_round_of_a_loop_tells_others_once(
    tiny: Tiny, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TEXTS.files[FILE]["tiny"]["each"], "notice", {"title": "通知", "say": "关于{{ what }}"})
    ids = await settle(database)
    member = await tiny.town.chat("王桂兰", ids["王桂兰"])

    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        for what in ("学习", "打扫"):
            with d.within("each", what):
                for _ in range(2):
                    await d.notify([ids["王桂兰"]], "notice", what=what)

    tiny.define(play)
    await tiny.starts()
    await tiny.hears("甲")
    assert member.hears() == ["关于学习", "关于打扫"]
    async with database.reading() as session:
        query = select(OutboxMessage.title).where(OutboxMessage.lane == Lane.PUSH)
        assert list(await session.scalars(query)) == ["通知", "通知"]


# How a question is put


async def test_buttons_are_put_in_rows_that_a_phone_can_show(tiny: Tiny) -> None:
    labels = ["一", "二", "三", "四", "很长很长的另外一个选项", "另一个很长的选项"]
    tiny.define(asking(OneOf([Option(label, label) for label in labels])))
    await tiny.starts()
    rows = [[button.label for button in row] for row in tiny.chat.messages[-1].buttons]
    assert rows == [["一", "二", "三"], ["四"], ["很长很长的另外一个选项"], ["另一个很长的选项"], ["取消"]]


async def test_a_tap_takes_the_place_of_the_message_it_was_on_and_words_do_not(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("kind", OneOf(OFFERED))
        await d.ask("second", OneOf(OFFERED))
        await d.say("between")
        await d.ask("third", OneOf(OFFERED))
        await d.ask("who", Text())

    async def replaced(kind: Kind) -> list[str]:
        """What the messages that follow take the place of."""
        count, tiny.town.updates = len(tiny.chat.messages), tiny.town.updates + 1
        said = {"payload": tiny.payload("甲种"), "about": "m1"} if kind is Kind.TAP else {"text": "甲种"}
        address = Address("fake", "t", tiny.chat.user)
        update = Incoming(f"p{tiny.town.updates}", address, tiny.chat.user, kind, tiny.town.now, **said)
        await tiny.town.delivery.answer(await tiny.town.turns.take(update))
        return [message.replaces for message in tiny.chat.messages[count:]]

    tiny.define(play)
    await tiny.starts()
    assert await replaced(Kind.TEXT) == [""]
    assert await replaced(Kind.TAP) == ["", ""], "a sentence in between stays above its question"
    assert await replaced(Kind.TAP) == ["m1"]
