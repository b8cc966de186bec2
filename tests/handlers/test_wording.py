"""Every sentence: found by file and key, put together by Jinja, and nothing that people typed is a mark in it."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.markup import to_plain
from handlers.wording import Marked, MissingText, Texts, tidy
from storage.models import MeetingKind
from tests.fakes import TEXTS

FILES = {
    "outing.yaml": """
plan:
  title: 出游
  words: [出游, 去玩]
  where: {ask: 去哪儿？, label: 地方}
  hello: 计划里的你好
hello: 这个文件的你好
notice: {title: 通知, say: "{{ name }}，去{{ place }}"}
""",
    "shared.yaml": """
words: {done: [好了, ok], back: [返回]}
hello: 大家的你好
bye: 再见
""",
    "words.yaml": "MeetingKind: {lecture: 党课}\n",
    "empty.yaml": "",
}


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    """A few sentences of three files."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "long.j2").write_text(
        "{% for name in names %}\n- {{ name }}\n{% endfor %}\n", encoding="utf-8"
    )
    return Texts(tmp_path)


def test_a_sentence_is_looked_for_in_the_conversation_then_in_its_file_then_among_the_shared(texts: Texts) -> None:
    assert texts.say("outing.plan", "hello") == "计划里的你好"
    assert texts.say("outing", "hello") == "这个文件的你好"
    assert texts.say("outing.other", "hello") == "这个文件的你好"
    assert texts.say("outing.plan", "bye") == "再见"
    assert texts.say("nowhere.plan", "hello") == "大家的你好"
    assert texts.say("outing.plan", "where.ask") == "去哪儿？"


def test_one_that_is_nowhere_is_missing_and_named(texts: Texts) -> None:
    with pytest.raises(MissingText, match=r"outing\.plan\.yaml: where\.why"):
        texts.say("outing.plan", "where.why")
    assert texts.has("outing.plan", "where.label")
    assert not texts.has("outing.plan", "where.why")
    assert not texts.has("outing.plan", "hello.ask"), "a sentence has no parts"


def test_of_a_text_with_a_title_the_sentence_is_said(texts: Texts) -> None:
    assert texts.say("outing", "notice", name="王桂兰", place="县城") == "王桂兰，去县城"


def test_a_value_that_is_not_given_is_an_error_and_none_is_nothing(texts: Texts) -> None:
    with pytest.raises(jinja2.UndefinedError, match="place"):
        texts.say("outing", "notice", name="王桂兰")
    assert texts.say("outing", "notice", name=None, place="县城") == "，去县城"


@settings(deadline=None)
@given(st.text(st.sampled_from("王桂兰 **[]()>-\\_<&{%}"), max_size=20))
def test_what_people_typed_is_shown_as_typed_whatever_it_holds(typed: str) -> None:
    assert to_plain(TEXTS.render("甲{{ name }}乙", name=typed)) == f"甲{typed}乙"


def test_what_is_marked_already_keeps_its_marks_and_names_are_joined(texts: Texts) -> None:
    assert texts.render("{{ a }}{{ b }}", a=Marked("**粗**"), b="**细**") == "**粗**\\*\\*细\\*\\*"
    assert texts.render("{{ a | marked }}", a="**粗**") == "**粗**"
    assert texts.render("{{ people | names }}", people=["王*", "李"]) == "王\\*、李"


def test_a_long_message_is_escaped_too(texts: Texts) -> None:
    assert texts.document("long.j2", names=["王*", "李"]) == "- 王\\*\n- 李"


def test_times_and_terms_read_as_people_say_them(texts: Texts) -> None:
    at = datetime(2026, 12, 2, 15, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert texts.render("{{ at | clock }}", at=at) == "15:05"
    assert "12月2日" in texts.render("{{ at | moment }}", at=at)
    assert texts.render("{{ kind | word }}", kind=MeetingKind.LECTURE) == "党课"


def test_a_term_that_nobody_wrote_is_missing(texts: Texts) -> None:
    class Unheard(StrEnum):
        OF = "of"

    with pytest.raises(MissingText, match=r"Unheard\.of"):
        texts.word(Unheard.OF)
    with pytest.raises(MissingText, match="MeetingKind"):
        texts.word(MeetingKind.THEME_DAY)


def test_titles_and_words_belong_to_a_name_whatever_its_file(texts: Texts) -> None:
    assert texts.title("plan") == "出游"
    assert texts.words("plan") == ["出游", "去玩"]
    assert texts.words("notice") == []
    assert texts.words("unknown") == []
    with pytest.raises(MissingText, match="unknown"):
        texts.title("unknown")


@pytest.mark.parametrize(
    ("reply", "tidied"),
    [
        (" 好 了。", "好了"),
        ("ＯＫ！", "ok"),
        ("返回👈", "返回"),
        ("/Menu", "/menu"),
        ("？", "?"),
        ("①", "1"),
        ("1️⃣", "1"),
        ("😀", ""),
        ("‹ 返回", "返回"),
    ],
)
def test_blanks_case_width_punctuation_and_emoji_do_not_matter(reply: str, tidied: str) -> None:
    assert tidy(reply) == tidied


def test_a_reply_means_what_a_list_says_and_nothing_longer(texts: Texts) -> None:
    assert texts.means("done", " Ok 👍")
    assert texts.means("back", "返回。")
    assert not texts.means("done", "好了吗我还没写完")
    assert not texts.means("back", "好了")
    assert not texts.means("done", "😀")
    assert not texts.means("done", "")


def test_every_way_to_say_the_few_words_can_be_heard() -> None:
    for what, ways in TEXTS.files["shared"]["words"].items():
        for way in ways:
            assert TEXTS.means(what, str(way)), f"{what}: {way} is not written as it is compared"


def test_no_word_of_the_few_means_two_things() -> None:
    ways = [way for ways in TEXTS.files["shared"]["words"].values() for way in ways]
    assert len(set(ways)) == len(ways)
