"""From what somebody types, taps or sends to what happens: at rest, and in the middle of a dialogue."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pytest

from handlers.dialogue import (
    Choice,
    Choices,
    Day,
    Dialogue,
    DialogueBug,
    Lines,
    Number,
    Option,
    Papers,
    PersonIn,
    Role,
    Text,
    When,
    YesNo,
)
from handlers.dialogue.questions import OneOf, Question
from handlers.dialogue.turn import Turn
from handlers.messages import Address, Button, Incoming, Kind
from handlers.router import REPLIES, Vocabulary, reply
from storage.database import Database
from storage.models import RunState
from tests.fakes import LIMITS, PROCEDURES, TEXTS, FakeTown
from tests.handlers.dialogue.tiny import FILE, SENTENCES, Tiny, shared

FIRST, SECOND = "第一问？", "第二问？"
BACK_TO = shared("back_to", title="小事")


class Colour(StrEnum):
    """Something to choose from."""

    RED = "red"
    GREEN = "green"
    DARK_GREEN = "dark_green"


@dataclass(frozen=True)
class Somebody:
    """A person on a list."""

    person_id: int
    name: str
    phone_last4: str


VILLAGE = [Somebody(10 + number, f"张{sign}", f"{1000 + number}") for number, sign in enumerate("一二三四五六七八九")]
OFFERED = [Option("a", "参观展览"), Option("b", "入户走访"), Option("c", "打扫村道")]


@pytest.fixture
def spoken(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """Two dialogues that are started by their titles, and a reply that shows buttons."""
    sentences: dict[str, Any] = {name: part | {"words": [part["title"]]} for name, part in SENTENCES.items()}
    sentences["signs"] = {"title": "看样子", "words": ["看样子"]}
    monkeypatch.setitem(TEXTS.files, FILE, sentences)
    monkeypatch.setitem(TEXTS.files["words"], "Colour", {"red": "红色", "green": "绿色", "dark_green": "墨绿色"})
    replies = dict(REPLIES)

    @reply("signs", role=Role.ANYONE, pattern=r"样子\s*(\d+)")
    async def show(turn: Turn, argument: str) -> None:
        rows = ((Button("→", "signs.2"), Button("红 色", "signs.3")),)
        await turn.say(f"第{argument or 1}张", rows=rows)

    asks(tiny, Text(), name="other")
    yield tiny
    REPLIES.clear()
    REPLIES.update(replies)


def asks(tiny: Tiny, question: Question[Any], *, name: str = "tiny", key: str = "first") -> None:
    """A dialogue of this question and a second one."""

    async def play(d: Dialogue) -> None:
        await d.ask(key, question)
        await d.ask("second", Text())

    tiny.define(play, name=name)


# At rest


@pytest.mark.parametrize("typed", ["小事", " 小 事。", "小事👍", "xiaoshi"])
async def test_a_word_starts_its_dialogue_however_it_is_typed(spoken: Tiny, typed: str) -> None:
    asks(spoken, Text())
    assert await spoken.hears(typed) == [FIRST]


async def test_a_word_that_is_slightly_off_starts_what_it_is_near_to(spoken: Tiny) -> None:
    asks(spoken, Text())
    TEXTS.files[FILE]["tiny"]["words"].append("村里小事")
    assert await spoken.hears("村里晓事") == [FIRST]


async def test_a_pattern_hands_its_group_over(spoken: Tiny) -> None:
    assert await spoken.hears("样子 12") == ["第12张"]


async def test_a_label_just_shown_can_be_typed_or_answered_with_its_number(spoken: Tiny) -> None:
    await spoken.hears("看样子")
    assert await spoken.hears("红色") == ["第3张"]
    assert await spoken.hears("1") == ["第2张"]
    assert await spoken.hears("→") == ["第2张"]


async def test_a_label_of_signs_alone_is_not_meant_by_any_emoji(spoken: Tiny) -> None:
    await spoken.hears("看样子")
    [said] = await spoken.hears("😀")
    assert not said.startswith("第")


async def test_without_anything_open_the_ways_out_say_so(spoken: Tiny) -> None:
    for typed in ("返回", "取消", "稍后", "/back"):
        assert await spoken.hears(typed) == [shared("nothing_open")]


@pytest.mark.parametrize("typed", ["", " \n ", "好" * 4000, "😀🌶️", "？", "/", "1", "\x00", "党费\ud800"])
async def test_anything_typed_at_rest_gets_one_sentence(spoken: Tiny, typed: str) -> None:
    [said] = await spoken.hears(typed)
    assert said not in ("", shared("crashed"))


async def test_a_command_that_nobody_knows_is_named_and_is_no_question(spoken: Tiny) -> None:
    assert await spoken.hears("/settings now") == [shared("unknown_command", command="/settings")]


async def test_words_behind_a_command_do_not_hide_it(spoken: Tiny) -> None:
    assert await spoken.hears("/help 我") == await spoken.hears("/help")
    [answer] = await spoken.hears("/ask 支部多久换届一次")
    assert answer == (await spoken.hears("支部多久换届一次"))[0]


async def test_a_sticker_and_a_file_that_was_lost_are_told_apart_from_nothing(spoken: Tiny) -> None:
    await spoken.chat.sends(Kind.UNKNOWN)
    await spoken.chat.sends(Kind.FILE)
    await spoken.chat.sends_file()
    sticker, lost, stray = spoken.chat.hears()
    assert (sticker, lost) == (shared("only_words_and_files"), shared("file_not_fetched"))
    assert stray == TEXTS.say("menu", "stray_file")


async def test_in_a_group_nothing_is_asked(spoken: Tiny) -> None:
    asks(spoken, Text())
    for kind, text, payload in ((Kind.TEXT, "小事", ""), (Kind.TAP, "", "tiny"), (Kind.FILE, "", "")):
        spoken.town.updates += 1
        address = Address("fake", "t", "群", group=True)
        update = Incoming(f"g{spoken.town.updates}", address, "新手机", kind, spoken.town.now, text, payload)
        await spoken.town.delivery.answer(await spoken.town.turns.take(update))
    assert [message.body for message in spoken.town.platform.taken["群"]] == [TEXTS.say("group_chats", "quiet")] * 3
    assert await spoken.runs() == []


# In the middle


async def test_the_handbook_answers_in_the_middle_and_the_question_comes_back(spoken: Tiny) -> None:
    asks(spoken, Text())
    await spoken.hears("小事", "甲")
    for typed in ("？支部多久换届一次", "问 支部多久换届一次", "?支部多久换届一次", "/ask 支部多久换届一次"):
        answer, again = await spoken.hears(typed)
        assert "任期" in answer
        assert again == f"{BACK_TO}\n\n{SECOND}"
    assert await spoken.answers() == {"first": "甲"}


async def test_a_question_is_a_question_where_it_answers_nothing(spoken: Tiny) -> None:
    asks(spoken, Number(), key="count")
    await spoken.hears("小事")
    answer, again = await spoken.hears("支部多久换届一次？")
    assert "任期" in answer
    assert again == f"{BACK_TO}\n\n几份？"


@pytest.mark.parametrize("typed", ["帮助", "/help"])
async def test_a_short_reply_is_followed_by_the_question(spoken: Tiny, typed: str) -> None:
    asks(spoken, Text())
    await spoken.hears("小事")
    assert await spoken.hears(typed) == [*await _help(spoken), f"{BACK_TO}\n\n{FIRST}"]
    assert await spoken.answers() == {}


async def _help(tiny: Tiny) -> list[str]:
    other = await tiny.town.chat("旁人")
    await other.says("帮助")
    return other.hears()


@pytest.mark.parametrize(
    ("question", "before"),
    [
        (Text(suggestions=["生病", "出差"]), ()),
        (Lines(), ()),
        (Papers(), ("第一段",)),
        (Choices(OFFERED), ("参观展览",)),
        (PersonIn(VILLAGE), ("张",)),
        (PersonIn([replace(one, name="张三") for one in VILLAGE[:3]]), ("张三",)),
        (When(), ("明天",)),
        (YesNo(), ()),
        (OneOf(OFFERED), ()),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Question) else "",
)
async def test_a_word_that_starts_something_answers_no_question(
    spoken: Tiny, question: Question[Any], before: tuple[str, ...]
) -> None:
    asks(spoken, question)
    await spoken.hears("小事", *before)
    kept = (await spoken.run()).journal.get("partial")
    said = await spoken.hears("帮助")
    assert said[0] == (await _help(spoken))[0]
    assert said[1].startswith(BACK_TO)
    assert await spoken.answers() == {}
    assert (await spoken.run()).journal.get("partial") == kept


async def test_a_word_that_stands_among_the_options_is_the_option(spoken: Tiny) -> None:
    for question in (Text(suggestions=["帮助", "出差"]), OneOf([Option("帮助", "帮助"), Option("b", "出差")])):
        asks(spoken, question)
        await spoken.hears("小事")
        assert await spoken.hears("帮助") == [SECOND]
        assert await spoken.answers() == {"first": "帮助"}
        await spoken.hears("取消")


async def test_a_dialogue_started_by_its_word_sets_the_open_one_aside(spoken: Tiny) -> None:
    asks(spoken, Text())
    await spoken.hears("小事", "甲")
    assert await spoken.hears("另一件") == [FIRST]
    assert [run.state for run in await spoken.runs()] == [RunState.PARKED, RunState.OPEN]
    assert (await spoken.runs())[0].journal["answers"] == {"first": "甲"}


async def test_a_link_that_is_opened_in_the_middle_is_followed_by_the_question(spoken: Tiny) -> None:
    asks(spoken, Text())
    await spoken.hears("小事")
    for payload in ("", "c_nonsense", "ABCD2345"):
        await spoken.chat.opens(payload)
        answer, again = spoken.chat.hears()
        assert answer != shared("crashed")
        assert again == f"{BACK_TO}\n\n{FIRST}"


async def test_a_reply_that_tells_others_may_come_in_between(spoken: Tiny) -> None:
    async def tell(turn: Turn, argument: str) -> None:
        turn.push([1], "有人看过了。", title="通知", key="seen")

    REPLIES["signs"] = replace(REPLIES["signs"], answer=tell)
    asks(spoken, Text())
    await spoken.hears("小事")
    assert await spoken.hears("看样子") == [f"{BACK_TO}\n\n{FIRST}"]


async def test_what_one_may_not_do_is_refused_and_the_question_comes_back(spoken: Tiny) -> None:
    asks(spoken, Text())
    await spoken.hears("小事")
    assert await spoken.hears("开会") == [shared("role_needed", role=Role.SECRETARY), f"{BACK_TO}\n\n{FIRST}"]
    assert await spoken.state() is RunState.OPEN


async def test_an_unknown_command_a_sticker_and_a_lost_file_answer_no_question(spoken: Tiny) -> None:
    asks(spoken, Text())
    await spoken.hears("小事")
    assert await spoken.hears("/settings") == [f"{shared('unknown_command', command='/settings')}\n\n{FIRST}"]
    await spoken.chat.sends(Kind.UNKNOWN)
    assert spoken.chat.hears() == [f"{shared('only_words_and_files')}\n\n{FIRST}"]
    await spoken.chat.sends(Kind.FILE, text="我的照片")
    assert spoken.chat.hears() == [f"{shared('file_not_fetched')}\n\n{FIRST}"]
    assert await spoken.answers() == {}
    assert await spoken.hears("/3 号楼") == [SECOND], "a slash before a figure is no command"


async def test_a_file_whose_caption_is_a_command_is_still_a_file(spoken: Tiny) -> None:
    asks(spoken, Papers())
    await spoken.hears("小事")
    await spoken.chat.sends_file(caption="帮助")
    await spoken.chat.sends_file(caption="/settings")
    assert (await spoken.run()).journal["partial"]["first"][1]["texts"] == ["帮助", "/settings"]


# Buttons


@pytest.mark.parametrize("payload", ["", "nonsense", "tiny2", "r1.1", "c1.1.5", "r0.0.0x", "r99999999999.1.1", "党课"])
async def test_a_button_that_was_never_ours_gets_one_sentence(spoken: Tiny, payload: str) -> None:
    assert await spoken.taps(payload) == [shared("unknown_button")]


async def test_a_button_can_be_made_up_but_not_the_role_for_it(spoken: Tiny) -> None:
    assert await spoken.taps("convene") == [shared("role_needed", role=Role.SECRETARY)]
    assert await spoken.taps("my_data.1") == [shared("role_needed", role=Role.BOUND)]
    assert await spoken.runs() == []


async def test_a_button_of_what_was_set_aside_repeats_what_is_open(spoken: Tiny) -> None:
    asks(spoken, Text())
    await spoken.hears("小事", "甲")
    old = spoken.payload(shared("back_button"))
    await spoken.hears("另一件")
    parked, again = await spoken.taps(old)
    assert parked == shared("parked", title="小事")
    assert again == f"{shared('back_to', title='另一件')}\n\n{FIRST}"
    assert [run.state for run in await spoken.runs()] == [RunState.PARKED, RunState.OPEN]


# Typed and tapped are the same


@pytest.mark.parametrize("typed", ["绿色", "2", "第二个", "②", "２", "ls", "lvse", "绿色。", "2️⃣", "选2"])
async def test_every_way_to_name_an_option_records_what_its_button_records(spoken: Tiny, typed: str) -> None:
    asks(spoken, Choice(Colour))
    await spoken.hears("小事")
    await spoken.chat.taps("绿色")
    tapped = await spoken.answers()
    await spoken.hears("取消", "小事", typed)
    assert await spoken.answers() == tapped == {"first": "green"}


@pytest.mark.parametrize("typed", ["参观展厅", "参关展览", "去参观展览吧", "canguanzhanlan", "cgzl"])
async def test_one_clear_slip_is_the_option_that_is_meant(spoken: Tiny, typed: str) -> None:
    asks(spoken, OneOf(OFFERED))
    await spoken.hears("小事", typed)
    assert await spoken.answers() == {"first": "a"}


@pytest.mark.parametrize(
    "manner",
    [
        ("红色", "入户走访", "参观展览 打扫村道", "好了", "是", "张八", "正文", "好了", "出差"),
        ("1", "2", "1、3", "4", "1", "8", "正文", "1", "2"),
    ],
    ids=["words", "numbers"],
)
async def test_every_kind_of_question_can_be_answered_by_typing_alone(
    database: Database, spoken: Tiny, manner: tuple[str, ...]
) -> None:
    town = FakeTown(database, replace(LIMITS, buttons=0, documents=0))
    tiny = Tiny(town, await town.chat("老手机"))
    people = [replace(one, phone_last4=f"900{number}") for number, one in enumerate(VILLAGE[:8], 1)]
    answers: list[Any] = []

    async def play(d: Dialogue) -> None:
        questions: list[Question[Any]] = [
            Choice(Colour),
            OneOf(OFFERED),
            Choices(OFFERED),
            YesNo(),
            PersonIn(people),
            Papers(),
            Text(suggestions=["生病", "出差"]),
            Lines(),
            When(),
            Day(),
            Number(),
        ]
        answers[:] = []
        for number, question in enumerate(questions):
            with d.within("each", number):
                answers.append(await d.ask("first", question))
        await d.confirm()
        await d.say("finished", answers="")

    tiny.define(play)
    await tiny.starts()
    for words in (*manner, "一\n二", "明天下午3点", "11月20日", "十二", "确认"):
        assert await tiny.state() is RunState.OPEN, words
        said = await tiny.hears(words)
        assert tiny.chat.buttons() == []
    assert said == ["办好了："]
    assert answers[:5] == [Colour.RED, "b", ["a", "c"], True, 17]
    assert answers[5].text == "正文"
    assert answers[6:8] == ["出差", ["一", "二"]]
    assert [answers[8].isoformat(), answers[9].isoformat(), answers[10]] == [
        "2026-11-24T15:00:00+08:00",
        "2026-11-20",
        12,
    ]


# Our mistakes


def test_two_replies_of_one_name_are_our_bug(spoken: Tiny) -> None:
    with pytest.raises(DialogueBug, match="signs"):

        @reply("signs", role=Role.ANYONE)
        async def another(turn: Turn, argument: str) -> None: ...


def test_a_word_that_starts_two_things_is_our_bug(spoken: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEXTS.files[FILE]["signs"], "words", ["另 一件"])
    with pytest.raises(DialogueBug, match="另"):
        _ = Vocabulary(TEXTS).by_word


@pytest.mark.parametrize(
    ("said", "procedure"),
    [
        ("我想发展党员咋弄", "admission"),
        ("帮我办一下谈心谈话", "heart-to-heart"),
        ("要换届选举了咋整", "election"),
        ("换届选举的流程是什么？", "election"),
        ("发展党员", "admission"),
    ],
)
def test_a_wish_to_begin_a_procedure_is_heard_in_everyday_words(said: str, procedure: str) -> None:
    vocabulary = Vocabulary(TEXTS, PROCEDURES)
    assert (vocabulary.wished(said) or vocabulary.exact(said)) == ("procedure", procedure)


@pytest.mark.parametrize("said", ["发展党员要多久", "党费怎么交", "我想吃饭", "怎么办", "换届选举谁主持"])
def test_a_question_is_no_wish(said: str) -> None:
    assert Vocabulary(TEXTS, PROCEDURES).wished(said) is None
