"""No answer is longer than a phone's screen, unless it was asked for with 展开: every entry, and every kind of answer.

What a screen is, is measured in a browser by tests/bot/channels/test_web_page.py.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from handlers.answer_words import LEAST, fitted_answer, fitted_quotes, fitted_source, to_share
from handlers.library import refresh_readings
from handlers.markup import escape, parse, to_plain
from handlers.messages import Kind
from handlers.screen import LINE, MORE, SCREEN, folded, lines
from knowledge.evaluation import Evaluated, read_set
from knowledge.passages import LONGEST_QUOTE, Quote
from knowledge.questions import MOST_PARTS
from knowledge.readings import Passage
from storage.database import Database
from storage.readings import PassageText, put_reading
from tests.branch import settled_town
from tests.fakes import HANDBOOK, MONDAY, TEXTS, Chat

TODAY = date(2026, 11, 24)
LONG = Quote(
    "p1",
    "清河镇基层党建工作手册",
    Passage("第三章 组织生活制度", "二、支部党员大会", "131—133", ""),
    90.0,
    "会议由书记主持，" * (2 * LONGEST_QUOTE // 8),
)
SHORT = Quote("p2", "手册", Passage("第一章", "", "7", ""), 90.0, "食堂每天十一点半开饭。")
ENTRIES = [entry for entry in HANDBOOK.entries if HANDBOOK.owner(entry.id) is None]


def numbers() -> list[Evaluated]:
    """Questions with figures."""
    with (Path(__file__).parent.parent / "knowledge" / "evaluation.jsonl").open(encoding="utf-8") as found:
        return [each for each in read_set(found) if each.kind == "numbers"]


@pytest.mark.parametrize("quotes", [(), (SHORT,), (LONG, SHORT)], ids=["alone", "quote", "long quote"])
def test_every_entry_with_its_source_takes_a_screen_at_most(quotes: tuple[Quote, ...]) -> None:
    assert len(ENTRIES) >= 450
    for entry in ENTRIES:
        body, is_whole = fitted_answer(TEXTS, entry, entry.answer, quotes)
        assert lines(body) <= SCREEN, entry.id
        assert "出处：" in body, entry.id
        assert is_whole, f"{entry.id}: its end waits behind a button: say it shorter"


@pytest.mark.parametrize("several", range(2, MOST_PARTS + 1))
def test_answers_to_several_questions_share_a_screen(several: int) -> None:
    room = SCREEN // several
    for entry in ENTRIES:
        body, is_whole = fitted_answer(TEXTS, entry, entry.answer, (LONG,), room)
        assert lines(body) <= room, entry.id
        first = to_plain(entry.answer)[: LINE * 2].split("\n")[0]
        assert first[:LINE] in to_plain(body), entry.id  # it begins with what was asked for
        assert is_whole == (to_plain(entry.answer) in to_plain(body)), entry.id


def test_figures_with_their_working_and_source_take_a_screen_at_most() -> None:
    reckoned = [found for each in numbers() for found in HANDBOOK.ask_all(each.question, today=TODAY) if found.reckoned]
    assert len(reckoned) > 80
    for found in reckoned:
        assert found.entry is not None
        body, is_whole = fitted_answer(TEXTS, found.entry, found.answer, (LONG,))
        assert lines(body) <= SCREEN, found.question
        assert is_whole, found.question


@pytest.mark.parametrize("quotes", [(SHORT,), (LONG,), (LONG, SHORT), (SHORT, SHORT), (LONG, LONG)])
def test_passages_alone_take_a_screen_at_most(quotes: tuple[Quote, ...]) -> None:
    for room in (SCREEN, SCREEN // 2):
        body = fitted_quotes(TEXTS, quotes, room)
        assert lines(body) <= room
        assert quotes[0].words[:20] in body
        assert f"《{quotes[0].reading}》" in body


def test_the_source_of_every_entry_and_the_message_for_the_group_take_a_screen_at_most() -> None:
    for entry in ENTRIES:
        current = HANDBOOK.entry(entry.superseded_by) if entry.superseded_by else None
        for quotes in ((), (SHORT,), (LONG,)):
            body = fitted_source(TEXTS, entry, current, quotes)
            assert lines(body) <= SCREEN, entry.id
            assert all(source in body for source in entry.source.split("；")), entry.id
        assert lines(to_share(TEXTS, entry, entry.answer)) <= SCREEN, entry.id


def test_lines_are_counted_as_a_phone_breaks_them() -> None:
    assert lines("") == 1
    assert lines("国" * LINE) == 1
    assert lines("国" * LINE + "家") == 2
    assert lines("a" * 2 * LINE) == 1
    assert lines("**国**" + "国" * (LINE - 1)) == 1
    assert lines("- " + "国" * LINE) == 2
    assert lines("一\n\n二") == 3


def test_what_is_folded_ends_with_a_clause_and_says_that_more_follows() -> None:
    body = "**每季度1次**，可随时召开。\n" + "- 先清点到会人数，再宣布议题；\n" * 8
    assert folded(body, 40) == body
    shown = folded(body, 4)
    assert shown.startswith("**每季度1次**，可随时召开。\n- 先清点")
    assert shown.endswith(MORE)
    assert lines(shown) <= 4
    assert folded("国" * 400, 3).count("国") == 3 * LINE - len(MORE)


MARKED = st.lists(
    st.sampled_from(["每月1次。", "**要**", "- 一", "，", "\n", "国" * 9, "a b", "[链接](https://a.cn)", "；"])
)


@given(MARKED, st.integers(1, 12))
@hypothesis_settings(max_examples=300, deadline=None)
def test_whatever_is_folded_fits_and_shows_no_half_mark(parts: list[str], room: int) -> None:
    body = "".join(parts)
    shown = folded(body, room)
    assert lines(shown) <= max(room, 1)
    assert "**" not in "".join(span.text for line in parse(shown) for span in line.spans)
    assert shown == body or shown.endswith(MORE)


@given(st.text(), st.integers(1, 8))
@hypothesis_settings(max_examples=200, deadline=None)
def test_whatever_people_wrote_is_folded_without_marks_of_its_own(words: str, room: int) -> None:
    shown = folded(escape(words), room)
    assert all(span.mark == "text" for line in parse(shown) for span in line.spans)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    for key in HANDBOOK.passage_keys():
        HANDBOOK.remove_passage(key)
    HANDBOOK.readings_version = ""


def labels(chat: Chat) -> list[str]:
    """What stands on the newest buttons."""
    return [button.label for button in chat.buttons()]


async def test_an_answer_beside_another_is_unfolded_in_its_place(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats["王桂兰"]
    await chat.says("预备期多长？发展党员25步分别是什么？")
    first, second = chat.messages[-2:]
    assert lines(first.body) + lines(second.body) <= SCREEN
    assert "展开" in labels(chat)
    chat.hears()
    await chat.taps("展开")
    (whole,) = chat.hears()
    assert "展开" not in labels(chat)
    entry = next(entry for entry in ENTRIES if entry.title in whole)
    assert to_plain(entry.answer) in whole
    assert entry.source in whole
    assert {"出处", "转发", "有用", "没用"} <= set(labels(chat))


async def test_what_follows_an_unfolded_answer_leans_on_it(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats["王桂兰"]
    await chat.says("预备期多长？发展党员25步分别是什么？")
    await chat.taps("展开")
    chat.hears()
    await chat.says("出处")
    assert "《" in chat.hears()[-1]


async def test_an_entry_of_the_branch_that_is_long_has_a_button_for_the_rest(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats["李向阳"]
    lines_of_it = [f"第{number}条，电动车一律停在棚子里，" + "不许堵住大门和消防通道，" * 8 for number in range(6)]
    for words in ("记一条", "村部停车的规矩", "\n".join(lines_of_it)):
        await chat.says(words)
    for _ in range(12):
        if chat.messages[-1].buttons and "确认" in labels(chat):
            break
        await chat.says("村规民约" if "出处" in to_plain(chat.messages[-1].body) else "没有")
    await chat.says("确认")
    chat.hears()
    await chat.says("村部停车的规矩")
    assert lines(chat.messages[-1].body) <= SCREEN
    assert "第5条" not in chat.hears()[-1]
    await chat.taps("展开")
    assert "第5条" in chat.hears()[-1]


async def test_figures_are_unfolded_as_they_were_reckoned_and_only_by_whom_they_were_told(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat, other = chats["王桂兰"], chats["吴长河"]
    await chat.says("换届选举的程序是什么？还有，工资6200交多少党费？")
    told = chat.messages[-1]
    assert "93元" in to_plain(told.body)
    asked = next(button.payload for row in told.buttons for button in row if button.label == "有用").split(".")[1]
    other.hears()
    await other.sends(Kind.TAP, payload=f"unfold.{asked}.dues.rates")
    assert "93元" not in "".join(other.hears())


async def test_a_long_passage_that_answers_alone_is_shown_in_part_with_a_way_to_all_of_it(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    text = "食堂几点开饭看这里：" + "早饭七点，午饭十一点半，晚饭六点，周末顺延半小时，" * 14 + "完。"
    async with database.transaction() as session:
        await put_reading(
            session,
            organization_id=None,
            title="手册",
            file_name="a.txt",
            digest="0" * 64,
            passages=[PassageText("第一章", "食堂几点开饭", "3", text)],
            now=MONDAY,
        )
    await refresh_readings(HANDBOOK, database)
    chat = chats["王桂兰"]
    await chat.says("食堂几点开饭")
    assert lines(chat.messages[-1].body) <= SCREEN
    await chat.taps("看原文")
    assert lines(chat.messages[-1].body) <= SCREEN
    await chat.taps("展开")
    assert "完。" in to_plain(chat.messages[-1].body)


def test_there_is_room_for_the_beginning_in_any_case() -> None:
    assert SCREEN // MOST_PARTS >= LEAST + 2  # a title takes two lines at most
    assert all(lines(entry.title) <= 2 for entry in ENTRIES)
