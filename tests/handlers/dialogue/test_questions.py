"""Each kind of question: what answers it, what is said about what does not, and how the answer is kept."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue.errors import Invalid, More
from handlers.dialogue.questions import (
    DONE,
    TEXT_MAX,
    Asking,
    Choice,
    Choices,
    Day,
    GivenFile,
    Lines,
    Number,
    OneOf,
    Option,
    Paper,
    Papers,
    PersonIn,
    Question,
    Reply,
    Text,
    When,
    YesNo,
)
from handlers.markup import to_plain
from storage.models import MeetingKind
from tests.fakes import MONDAY, TEXTS, ZONE

ASKING = Asking(TEXTS, MONDAY, ZONE)  # Monday 23 November 2026, ten o'clock
TODAY = MONDAY.date()
PHOTO = GivenFile(7, "手写稿.jpg", "image/jpeg", 1200)
KEPT_PHOTO = [7, "手写稿.jpg", "image/jpeg", 1200]
KINDS = [MeetingKind.GENERAL_MEETING, MeetingKind.LECTURE, MeetingKind.THEME_DAY]
VILLAGES = [Option("11", "桃花村党支部"), Option("12", "杏花村党支部"), Option("13", "机关党支部")]


@dataclass(frozen=True)
class Somebody:
    """A person on a list."""

    person_id: int
    name: str
    phone_last4: str


PEOPLE = [
    Somebody(1, "王桂兰", "1002"),
    Somebody(2, "王强", "1003"),
    Somebody(3, "王强", "1004"),
    Somebody(4, "李向阳", "1001"),
]
CROWD = [Somebody(number, f"王{name}", f"{number:04}") for number, name in enumerate("一二三四五六七八九十", 1)]


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    """A moment on the branch's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def typed(text: str) -> Reply:
    """Words."""
    return Reply(text=text)


def tapped(option: str) -> Reply:
    """A button."""
    return Reply(option=option)


def sent(*files: GivenFile, text: str = "") -> Reply:
    """Files, perhaps with words under them."""
    return Reply(text=text, files=files)


TEXT, LINES = Text(max_length=10), Lines(at_most=3, max_length=8)
CHOICE, ONE_OF = Choice(MeetingKind, KINDS), OneOf(VILLAGES)
SUGGESTING = Text(max_length=10, suggestions=["二楼会议室", "活动室"])
CHOICES, NEEDED = Choices(VILLAGES), Choices(VILLAGES, at_least=2)
WHEN = When(after=MONDAY, before=MONDAY + timedelta(days=365))
PAST, COMING = Day(before=TODAY), Day(after=TODAY)
SINCE = Day(since=date(2026, 9, 3))
NUMBER, PERSON, ONE_OF_MANY = Number(at_most=90), PersonIn(PEOPLE), PersonIn(CROWD)
PAPERS, WORDS, FILES = Papers(at_most=2), Papers(files=False), Papers(words=False)
OF_WORDS: list[Question[Any]] = [TEXT, LINES, CHOICE, ONE_OF, CHOICES, YesNo(), WHEN, PAST, NUMBER, PERSON]

RIGHT: list[tuple[Question[Any], Reply, Any]] = [
    (TEXT, typed("二楼"), "二楼"),
    (TEXT, typed("  二楼 \n 东边 "), "二楼 东边"),
    (TEXT, typed("1"), "1"),
    (SUGGESTING, tapped("活动室"), "活动室"),
    (SUGGESTING, typed("2"), "活动室"),
    (SUGGESTING, typed("3"), "3"),
    (SUGGESTING, typed("村口"), "村口"),
    (LINES, typed("学习文件\n讨论预算"), ["学习文件", "讨论预算"]),
    (LINES, typed("1、学习\n（二）讨论\n③ 表决"), ["学习", "讨论", "表决"]),
    (LINES, typed("- 学习\n\n  \n- 讨论"), ["学习", "讨论"]),
    (CHOICE, tapped("lecture"), MeetingKind.LECTURE),
    (CHOICE, typed("党课"), MeetingKind.LECTURE),
    (CHOICE, typed("2"), MeetingKind.LECTURE),
    (CHOICE, typed("第二个"), MeetingKind.LECTURE),
    (CHOICE, typed("dk"), MeetingKind.LECTURE),
    (CHOICE, typed("dangke"), MeetingKind.LECTURE),
    (CHOICE, typed("支部党员大汇"), MeetingKind.GENERAL_MEETING),
    (ONE_OF, tapped("12"), "12"),
    (ONE_OF, typed("杏花村"), "12"),
    (ONE_OF, typed("3"), "13"),
    (CHOICES, tapped(DONE), []),
    (CHOICES, typed("好了"), []),
    (CHOICES, typed("4"), []),
    (Number(), typed("0"), 0),
    (SINCE, typed("9月8日"), date(2026, 9, 8)),
    (SINCE, typed("9月1日"), date(2026, 9, 1)),
    (SINCE, typed("6月1日"), date(2027, 6, 1)),
    (Day(since=date(2024, 3, 1)), typed("5月1日"), date(2024, 5, 1)),
    (Day(since=date(2024, 3, 1)), typed("2月10日"), date(2024, 2, 10)),
    (Day(since=date(2026, 12, 20)), typed("12月10日"), date(2027, 12, 10)),
    (SINCE, typed("明天"), date(2026, 11, 24)),
    (Day(since=TODAY), typed("周五"), date(2026, 11, 27)),
    (SINCE, typed("12月10日"), date(2026, 12, 10)),
    (SINCE, typed("2026年9月1日"), date(2026, 9, 1)),
    (Day(), typed("12月10日"), date(2025, 12, 10)),
    (NUMBER, typed("12"), 12),
    (NUMBER, typed("１２"), 12),
    (NUMBER, typed("十二个"), 12),
    (NUMBER, typed("一共90人"), 90),
    (YesNo(), tapped("yes"), True),
    (YesNo(), tapped("no"), False),
    (YesNo(), typed("好的"), True),
    (YesNo(), typed("不用了"), False),
    (YesNo(), typed("2"), False),
    (WHEN, typed("后天下午3点"), at(11, 25, 15)),
    (WHEN, typed("12月5号 19:30"), at(12, 5, 19, 30)),
    (WHEN, typed("下周三下午三点"), at(12, 2, 15)),
    (PAST, typed("昨天"), date(2026, 11, 22)),
    (PAST, typed("今天"), TODAY),
    (COMING, typed("今天"), TODAY),
    (COMING, typed("3月1日"), date(2027, 3, 1)),
    (COMING, typed("周五"), date(2026, 11, 27)),
    (COMING, typed("5日"), date(2026, 12, 5)),
    (PAST, typed("3月1日"), date(2026, 3, 1)),
    (PAST, typed("12月10日"), date(2025, 12, 10)),
    (PERSON, tapped("4"), 4),
    (PERSON, typed("4"), 4),
    (PERSON, typed("李向阳"), 4),
    (PERSON, typed("lxy"), 4),
    (PERSON, typed("wangguilan"), 1),
    (PERSON, typed("1003"), 2),
    (PERSON, typed("王强1004"), 3),
    (ONE_OF_MANY, typed("王三"), 3),
    (ONE_OF_MANY, typed("0010"), 10),
]

WRONG: list[tuple[Question[Any], Reply, str]] = [
    *[(one, typed(" \n"), "empty") for one in OF_WORDS],
    *[(one, sent(PHOTO, text="二楼"), "words_please") for one in (*OF_WORDS, WORDS)],
    (COMING, typed("11月20日"), "day_too_early"),
    (TEXT, typed("一二三四五六七八九十百"), "too_long"),
    (TEXT, typed("……！"), "no_words"),
    (TEXT, typed("👍"), "no_words"),
    (LINES, typed("——\n……"), "too_few_lines"),
    (Lines(at_least=2), typed("学习"), "too_few_lines"),
    (LINES, typed("一件\n两件\n三件\n四件"), "too_many_lines"),
    (LINES, typed("学习\n一二三四五六七八九"), "line_too_long"),
    (CHOICE, typed("聚餐"), "not_among_these"),
    (CHOICE, typed("4"), "not_among_these"),
    (CHOICE, typed("0"), "not_among_these"),
    (CHOICE, tapped("appraisal"), "no_longer_offered"),
    (ONE_OF, typed("花村党支部"), "which_of_these"),
    (ONE_OF, tapped("99"), "no_longer_offered"),
    (CHOICES, typed("聚餐"), "not_among_these"),
    (CHOICES, tapped("99"), "no_longer_offered"),
    (NEEDED, tapped(DONE), "choose_at_least"),
    (YesNo(), typed("再说吧"), "not_among_these"),
    (YesNo(), tapped("maybe"), "no_longer_offered"),
    (WHEN, typed("有空的时候"), "no_date"),
    (WHEN, typed("昨天下午3点"), "already_past"),
    (WHEN, typed("今天10:00"), "already_past"),
    (WHEN, typed("2028年1月1日上午9点"), "too_late"),
    (WHEN, typed("2月30日上午9点"), "no_such_day"),
    (WHEN, typed("后天25点"), "no_such_time"),
    (PAST, typed("有空的时候"), "no_day"),
    (PAST, typed("明天"), "day_too_late"),
    (COMING, typed("昨天"), "day_too_early"),
    (PAST, typed("2月30日"), "no_such_day"),
    (NUMBER, typed("很多"), "no_number"),
    (NUMBER, typed("-1"), "no_number"),
    (NUMBER, typed("1.5"), "no_number"),
    (NUMBER, typed("91"), "out_of_bounds"),
    (Number(at_least=1), typed("0"), "out_of_bounds"),
    (PERSON, typed("张三"), "no_such_person"),
    (PERSON, typed("9999"), "no_such_person"),
    (PERSON, tapped("99"), "no_longer_offered"),
    (ONE_OF_MANY, typed("王"), "too_many_people"),
    (PAPERS, typed("好了"), "nothing_yet"),
    (PAPERS, typed(""), "empty"),
    (FILES, typed("写在这里"), "files_please"),
    (PAPERS, sent(PHOTO, PHOTO, PHOTO), "too_many_files"),
    (PAPERS, typed("长" * (TEXT_MAX + 1)), "paper_too_long"),
]

PARTS: list[tuple[Question[Any], Any, Reply, Any, str]] = [
    (CHOICES, None, tapped("12"), ["12"], "chosen_so_far"),
    (CHOICES, ["12"], tapped("12"), [], "chosen_so_far"),
    (CHOICES, ["12"], typed("1 3"), ["12", "11", "13"], "chosen_so_far"),
    (CHOICES, ["12", "11"], typed("去掉杏花村党支部"), ["11"], "chosen_so_far"),
    (CHOICES, ["12"], typed("都不选"), [], "chosen_so_far"),
    (CHOICES, None, typed("全部"), ["11", "12", "13"], "chosen_so_far"),
    (WHEN, None, typed("后天"), "2026-11-25", "what_time"),
    (WHEN, None, typed("后天下午"), "2026-11-25 下午", "what_time"),
    (WHEN, "2026-11-25", typed("大后天"), "2026-11-26", "what_time"),
    (PERSON, None, typed("王强"), [2, 3], "several_people"),
    (PAPERS, None, typed("第一段"), {"texts": ["第一段"], "files": []}, "papers_so_far"),
    (
        PAPERS,
        {"texts": ["第一段"], "files": []},
        sent(PHOTO, text="第二段"),
        {"texts": ["第一段", "第二段"], "files": [KEPT_PHOTO]},
        "papers_so_far",
    ),
    (
        FILES,
        None,
        sent(PHOTO, text="说明"),
        {"texts": [], "files": [KEPT_PHOTO]},
        "papers_so_far",
    ),
]

RESTS: list[tuple[Question[Any], Any, Reply, Any]] = [
    (CHOICES, ["13", "11"], typed("好了"), ["11", "13"]),
    (NEEDED, ["13", "11"], tapped(DONE), ["11", "13"]),
    (WHEN, "2026-11-25", typed("3点"), at(11, 25, 15)),
    (WHEN, "2026-11-25", typed("下午3点半"), at(11, 25, 15, 30)),
    (WHEN, "2026-11-25", typed("9"), at(11, 25, 9)),
    (WHEN, "2026-11-25 下午", typed("3"), at(11, 25, 15)),
    (WHEN, "2026-11-25", typed("大后天上午9点"), at(11, 26, 9)),
    (PERSON, [2, 3], typed("2"), 3),
    (PERSON, [2, 3], typed("1003"), 2),
    (PERSON, [2, 3], tapped("3"), 3),
    (PAPERS, {"texts": ["甲", "乙"], "files": []}, typed("好了"), Paper("甲\n\n乙", ())),
    (PAPERS, {"texts": ["甲"], "files": []}, typed("1"), Paper("甲", ())),
    (FILES, {"texts": [], "files": [KEPT_PHOTO]}, tapped(DONE), Paper("", (PHOTO,))),
]


def name(one: object) -> str:
    """How a case is called in a report."""
    if isinstance(one, Question):
        return type(one).__name__
    if isinstance(one, Reply):
        return (one.option or one.text or "files").replace("\n", "/")[:20]
    return one if isinstance(one, str) else ""


def as_json(value: Any) -> Any:
    """As the journal gives it back."""
    return json.loads(json.dumps(value))


def kept(question: Question[Any], value: Any) -> Any:
    """An answer as it is read from the record again."""
    return question.load(as_json(question.dump(value)), ASKING)


def sentence(worded: Invalid | More) -> str:
    """What the person is told."""
    return to_plain(TEXTS.say("shared", worded.key, **worded.values))


@pytest.mark.parametrize(("question", "reply", "value"), RIGHT, ids=name)
def test_an_answer_is_understood_kept_and_shown(question: Question[Any], reply: Reply, value: Any) -> None:
    read = question.read(reply, ASKING, None)
    assert read == value
    assert type(read) is type(value)
    assert kept(question, read) == value
    assert question.show(value, ASKING)


@pytest.mark.parametrize(("question", "reply", "key"), WRONG, ids=name)
def test_what_is_no_answer_gets_a_sentence_in_chinese(question: Question[Any], reply: Reply, key: str) -> None:
    with pytest.raises(Invalid) as raised:
        question.read(reply, ASKING, None)
    assert raised.value.key == key
    said = sentence(raised.value)
    assert re.search(r"[\u4e00-\u9fff].*[。？]", said)
    assert not re.search(r"[A-Za-z]{2,}", said.replace("Word", ""))


@pytest.mark.parametrize(("question", "partial", "reply", "after", "key"), PARTS, ids=name)
def test_a_part_is_kept_and_the_rest_is_asked_for(
    question: Question[Any], partial: Any, reply: Reply, after: Any, key: str
) -> None:
    with pytest.raises(More) as raised:
        question.read(reply, ASKING, partial)
    assert (as_json(raised.value.partial), raised.value.key) == (after, key)
    assert sentence(raised.value)


@pytest.mark.parametrize(("question", "partial", "reply", "value"), RESTS, ids=name)
def test_the_rest_makes_it_whole(question: Question[Any], partial: Any, reply: Reply, value: Any) -> None:
    read = question.read(reply, ASKING, partial)
    assert read == value
    assert kept(question, read) == value


@pytest.mark.parametrize(
    ("question", "data", "key"),
    [
        (Text(max_length=3), "一二三四", "too_long"),
        (Lines(at_least=2), ["一"], "too_few_lines"),
        (Lines(at_most=1), ["一", "二"], "too_many_lines"),
        (Lines(max_length=2), ["一二三"], "line_too_long"),
        (CHOICE, "appraisal", "no_longer_offered"),
        (CHOICE, "no such kind", "no_longer_offered"),
        (ONE_OF, "99", "no_longer_offered"),
        (CHOICES, ["11", "99"], "no_longer_offered"),
        (NEEDED, ["11"], "choose_at_least"),
        (Number(at_most=5), 6, "out_of_bounds"),
        (PERSON, 99, "no_longer_offered"),
        (WHEN, "2026-11-22T10:00:00+08:00", "already_past"),
        (WHEN, "2028-11-22T10:00:00+08:00", "too_late"),
        (PAST, "2026-11-24", "day_too_late"),
        (COMING, "2026-11-22", "day_too_early"),
        (FILES, {"texts": ["甲"], "files": []}, "files_please"),
        (WORDS, {"texts": ["甲"], "files": [[7, "a.jpg", "image/jpeg", 1]]}, "words_please"),
        (Papers(at_most=1), {"texts": [], "files": [[7, "a.jpg", "image/jpeg", 1]] * 2}, "too_many_files"),
    ],
    ids=name,
)
def test_what_no_longer_fits_is_not_loaded(question: Question[Any], data: Any, key: str) -> None:
    with pytest.raises(Invalid) as raised:
        question.load(data, ASKING)
    assert raised.value.key == key
    assert sentence(raised.value)


FORMS: dict[str, Any] = {
    "words": "甲",
    "digits": "3",
    "day": "2026-11-24",
    "moment": "2026-11-25T15:00:00+08:00",
    "number": 3,
    "truth": True,
    "list of words": ["甲"],
    "list of lists": [["甲"]],
    "list of numbers": [3],
    "paper": {"texts": ["甲"], "files": []},
    "half a paper": {"texts": "甲", "files": []},
    "empty": {},
    "nothing": None,
}
OWN_FORMS: list[tuple[Question[Any], tuple[str, ...]]] = [
    (Text(), ("words", "digits", "day", "moment")),
    (LINES, ("list of words",)),
    (CHOICE, ()),
    (ONE_OF, ()),
    (CHOICES, ()),
    (YesNo(), ("truth",)),
    (WHEN, ("moment",)),
    (COMING, ("day",)),
    (NUMBER, ("number",)),
    (PERSON, ("number",)),
    (WORDS, ("paper",)),
]
OWN = [(question, form) for question, own in OWN_FORMS for form in own]
FOREIGN = [(question, form) for question, own in OWN_FORMS for form in FORMS if form not in own]


@pytest.mark.parametrize(("question", "form"), FOREIGN, ids=name)
def test_what_another_kind_of_question_kept_is_never_an_answer(question: Question[Any], form: str) -> None:
    # These and no others are what the engine takes for "asked again".
    with pytest.raises((Invalid, KeyError, TypeError, ValueError)):
        question.load(FORMS[form], ASKING)


@pytest.mark.parametrize(("question", "form"), OWN, ids=name)
def test_what_the_same_kind_of_question_kept_is_an_answer(question: Question[Any], form: str) -> None:
    assert question.dump(question.load(FORMS[form], ASKING)) == FORMS[form]


@pytest.mark.parametrize("question", [one for one, _ in OWN_FORMS if not isinstance(one, Text)], ids=name)
def test_a_tap_on_what_another_question_offered_is_no_answer(question: Question[Any]) -> None:
    for option in ("maybe", "4711"):
        with pytest.raises(Invalid):
            question.read(tapped(option), ASKING, None)


@pytest.mark.parametrize("question", [SUGGESTING, CHOICE, ONE_OF, YesNo(), PERSON], ids=name)
def test_every_option_is_an_answer_when_tapped_typed_or_numbered(question: Question[Any]) -> None:
    options = question.options(ASKING, None)
    assert options
    for number, option in enumerate(options, 1):
        value = question.read(tapped(option.id), ASKING, None)
        assert question.read(typed(str(number)), ASKING, None) == value
        if "（" not in option.label:
            assert question.read(typed(option.label), ASKING, None) == value
        assert kept(question, value) == value


def test_people_of_one_name_are_told_apart_by_their_digits() -> None:
    assert [option.label for option in PERSON.options(ASKING, None)] == [
        "王桂兰",
        "王强（1003）",
        "王强（1004）",
        "李向阳",
    ]
    assert ONE_OF_MANY.options(ASKING, None) == [], "a crowd is searched, not listed"
    assert [option.id for option in ONE_OF_MANY.options(ASKING, [3, 4])] == ["3", "4"]


@pytest.mark.parametrize("behind", ["👍", " 👌🏽", "🇨🇳", "❤️", "👨‍👩‍👧 ", "🙏🙏🙏"])
@pytest.mark.parametrize(
    ("question", "said", "partial"),
    [
        (Choice(MeetingKind, KINDS), "2", None),
        (OneOf(VILLAGES), "杏花村", None),
        (Choices(VILLAGES), "4", ["11"]),
        (Choices(VILLAGES), "好了", ["11"]),
        (YesNo(), "2", None),
        (When(), "明天下午3点", None),
        (When(), "3点", "2026-11-24 下午"),
        (Day(), "11月20日", None),
        (Number(), "12", None),
        (PersonIn(PEOPLE), "1001", None),
        (Papers(), "好了", {"texts": ["甲"], "files": []}),
        (Text(suggestions=["生病", "出差"]), "出差", None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Question) else None,
)
def test_emoji_behind_a_reply_change_nothing(question: Question[Any], said: str, partial: Any, behind: str) -> None:
    assert question.read(Reply(text=said + behind), ASKING, partial) == question.read(Reply(text=said), ASKING, partial)


def test_a_suggestion_typed_with_a_full_stop_is_the_suggestion_and_more_than_it_is_not() -> None:
    question = Text(suggestions=["生病", "出差"])
    assert question.read(Reply(text="出 差。"), ASKING, None) == "出差"
    assert question.read(Reply(text="出差去县城。"), ASKING, None) == "出差去县城。"
    assert Text().read(Reply(text="村委会👍"), ASKING, None) == "村委会👍", "what is kept is kept as it was typed"


def test_ticks_show_what_is_chosen() -> None:
    assert [option.label for option in CHOICES.options(ASKING, ["12"])] == [
        "桃花村党支部",
        "✓ 杏花村党支部",
        "机关党支部",
        "好了",
    ]


def test_a_suggestion_of_a_time_of_longer_limits_is_not_made() -> None:
    assert Text(max_length=3, suggestions=["活动室", "二楼会议室", "活动室"]).suggestions == ["活动室"]


def test_marks_that_a_person_typed_are_shown_as_typed() -> None:
    assert to_plain(TEXT.show("**甲**", ASKING)) == "**甲**"
    assert to_plain(LINES.show(["[甲](https://e.cn)"], ASKING)) == "[甲](https://e.cn)"
    assert to_plain(LINES.show(["> 甲", "- 乙"], ASKING)) == "\n　1. > 甲\n　2. - 乙"


FIRST_HALF: list[Question[Any]] = [TEXT, SUGGESTING, LINES, CHOICE, ONE_OF, CHOICES, NEEDED, YesNo()]
ALL = [*FIRST_HALF, WHEN, PAST, COMING, NUMBER, PERSON, ONE_OF_MANY, PAPERS, WORDS, FILES]
_CHARACTERS = "一二三12789年月日号点半:：、,，。\n -去掉第个王强李不好是"
_WORDS = ["后天", "下周三", "下午", "12月5号", "好了", "全部", "党课", *_CHARACTERS]
_SAID = st.lists(st.sampled_from(_WORDS), max_size=8).map("".join)


def hears(question: Question[Any], text: str, partial: Any) -> tuple[str, Any]:
    """What comes of typing this: what is told, and the part that is kept; an answer is kept as it should be."""
    try:
        value = question.read(typed(text), ASKING, partial)
    except Invalid as invalid:
        return sentence(invalid), partial
    except More as more:
        return sentence(more), as_json(more.partial)
    assert kept(question, value) == value
    return question.show(value, ASKING), None


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(ALL), st.lists(_SAID | st.text(max_size=12), min_size=1, max_size=3))
def test_whatever_is_typed_is_an_answer_a_part_or_a_complaint(question: Question[Any], replies: list[str]) -> None:
    partial: Any = None
    for text in replies:
        told, partial = hears(question, text, partial)
        assert told
        question.options(ASKING, partial)


@pytest.mark.parametrize("kept", ["2026-11-24", "2026-11-26 下午", "2026-11-23"])
@pytest.mark.parametrize("words", ["下周三下午三点", "12月2号15:00", "下周三15点"])
def test_another_day_with_its_time_replaces_the_day_that_was_kept(kept: str, words: str) -> None:
    value = When(after=MONDAY).read(Reply(text=words), ASKING, kept)
    assert value.strftime("%m-%d %H:%M") == "12-02 15:00"


@pytest.mark.parametrize("words", ["昨天", "上周三", "2026年11月1日", "昨天下午"])
def test_a_day_that_is_over_is_refused_before_its_time_is_asked(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        When(after=MONDAY).read(Reply(text=words), ASKING, None)
    assert refused.value.key == "already_past"


def test_today_still_has_hours_to_come_and_a_day_without_a_bound_may_be_past() -> None:
    for question, words in ((When(after=MONDAY), "今天"), (When(), "昨天")):
        with pytest.raises(More):
            question.read(Reply(text=words), ASKING, None)


def test_a_time_that_does_not_exist_is_still_called_so_beside_a_kept_day() -> None:
    with pytest.raises(Invalid) as refused:
        When(after=MONDAY).read(Reply(text="25点"), ASKING, "2026-11-24")
    assert refused.value.key in ("no_such_time", "no_date")
