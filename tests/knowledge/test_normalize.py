"""One spelling for what people type, and how it sounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalize import heard, initials, normalize, simplify, to_pinyin


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("請問三會一課多久開一次呀？", "三会一课多久开一次"),
        ("　三会 一课！！", "三会一课"),
        ("3会1课", "三会一课"),
        ("要2个介绍人", "要两个介绍人"),
        ("18周岁", "十八周岁"),
        ("120人", "一百二十人"),
        ("105人", "一百零五人"),
        ("２０１２年", "2012年"),
        ("党费咋交", "党费怎么交"),
        ("入党积极分子", "积极分子"),
        ("Ｓｈｙｋ", "shyk"),
        ("谢谢", "谢谢"),
        ("？？😀", ""),
        ("", ""),
    ],
)
def test_what_people_type_becomes_what_they_mean(typed: str, meant: str) -> None:
    assert normalize(typed) == meant


def test_simplifying_drops_nothing() -> None:
    assert simplify("黨員：《手冊》A") == "党员:《手册》a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("党费", "当费"),
        ("三会", "山会"),
        ("流动", "牛动"),
        ("先进", "先敬"),
        ("政审", "整省"),
        ("会议", "费议"),
        ("章程", "脏层"),
    ],
)
def test_words_that_are_often_confused_sound_the_same(one: str, other: str) -> None:
    assert to_pinyin(one) == to_pinyin(other)


@pytest.mark.parametrize("typed", ["sanhuiyike", "san hui yi ke", "三hui一ke", "SanHuiYiKe"])
def test_typed_pinyin_sounds_like_the_characters(typed: str) -> None:
    assert to_pinyin(typed) == to_pinyin("三会一课")


def test_initials_are_the_first_letters() -> None:
    assert initials("三会一课") == "shyk"
    assert initials("王桂兰") == "wgl"
    assert initials("shyk") == "shyk"


def test_each_character_is_read_on_its_own() -> None:
    assert heard("三会ke12") == (("三", "san"), ("会", "hui"), ("", "ke"), ("12", "12"))


@given(st.text(max_size=60))
def test_anything_can_be_normalized_and_read(text: str) -> None:
    words = normalize(text)
    assert "".join(words.split()) == words
    assert isinstance(to_pinyin(text), tuple)
    initials(text)
