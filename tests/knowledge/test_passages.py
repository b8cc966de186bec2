"""Passages of imported readings: found by what they say, for whom they are, and not found by what they do not say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.passages import LONGEST_QUOTE, QUOTED, Passages
from knowledge.readings import Passage

CANTEEN = Passage("第三章 后勤", "一、食堂", "31—33", "食堂每天十一点半开饭。外来人员凭饭票就餐。晚上不供应夜宵。")
LIBRARY = Passage("第四章 阵地", "二、图书室", "40", "图书室周末上午开放，借书最多借三本，三十天内归还。")
BUS = Passage("", "", "", "通勤班车早上七点从镇政府门口发车，逾时不候。")


@pytest.fixture
def passages() -> Passages:
    """Three passages of one reading."""
    made = Passages()
    for key, passage in (("p1", CANTEEN), ("p2", LIBRARY), ("p3", BUS)):
        made.add(key, passage, "清河镇工作手册")
    return made


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("食堂几点开饭", "p1"),
        ("请问一下食堂什么时候开饭呀？", "p1"),
        ("图书室借书最多借几本", "p2"),
        ("食堂什麼時候開飯", "p1"),
        ("班车在什么地方发车", "p3"),
        ("食堂啥时候开饭", "p1"),
        ("圖書室借書最多借幾本", "p2"),
        ("班车几点发车", "p3"),
        ("食堂几点开范", "p1"),
    ],
)
def test_a_question_in_anybodys_words_finds_the_passage(passages: Passages, question: str, key: str) -> None:
    best, *_ = passages.find(question)
    assert best.key == key
    assert QUOTED <= best.score <= 100


def test_a_quote_says_the_sentence_and_where_it_stands(passages: Passages) -> None:
    best, *_ = passages.find("食堂几点开饭")
    assert (best.reading, best.passage) == ("清河镇工作手册", CANTEEN)
    assert best.words.startswith("食堂每天十一点半开饭。")


@pytest.mark.parametrize(
    "question",
    [
        "红烧肉怎么做",
        "今天天气怎么样",
        "股票代码是多少",
        "食堂的股票代码",
        "什么时候",
        "多少钱",
        "",
        "   ",
        "？！。",
        "的了吗",
        "😀🌶️",
        "x",
    ],
)
def test_nothing_is_quoted_for_what_is_not_there(passages: Passages, question: str) -> None:
    assert passages.find(question) == []


def test_without_passages_nothing_is_quoted() -> None:
    assert Passages().find("食堂几点开饭") == []


def test_only_what_somebody_sees_is_quoted(passages: Passages) -> None:
    assert passages.find("食堂几点开饭", sees=lambda key: key != "p1") == []
    assert [quote.key for quote in passages.find("食堂几点开饭", sees=lambda key: key == "p1")] == ["p1"]


def test_what_others_own_does_not_crowd_out_what_somebody_sees(passages: Passages) -> None:
    for number in range(60):
        passages.add(f"other{number}", Passage("", "食堂几点开饭", "", "食堂几点开饭？食堂十二点开饭。"), "别处的手册")
    assert [quote.key for quote in passages.find("食堂几点开饭", sees=lambda key: key in ("p1", "p2"))] == ["p1"]


def test_many_editions_that_were_replaced_do_not_crowd_out_the_one_that_stands(passages: Passages) -> None:
    passages.remove("p1")
    for number in range(60):
        passages.add(f"old{number}", CANTEEN, "旧版")
    passages.add("new", Passage("", "", "", "食堂改为中午开饭。"), "新版")
    for number in range(60):
        passages.remove(f"old{number}")
    assert [quote.key for quote in passages.find("食堂几点开饭")] == ["new"]


def test_what_was_removed_is_neither_found_nor_shown(passages: Passages) -> None:
    assert passages.passage("p1") == ("清河镇工作手册", CANTEEN)
    assert passages.find("食堂几点开饭")
    passages.remove("p1")
    passages.remove("p1")
    passages.remove("never there")
    assert passages.find("食堂几点开饭") == []
    assert passages.passage("p1") is None
    assert (len(passages), passages.keys()) == (2, {"p2", "p3"})


def test_a_passage_under_a_known_key_replaces_the_one_before(passages: Passages) -> None:
    assert passages.find("食堂几点开饭")
    passages.add("p1", Passage("第三章 后勤", "二、车库", "34", "车库晚上十点关门。"), "清河镇工作手册")
    assert passages.find("食堂几点开饭") == []
    assert [quote.key for quote in passages.find("车库几点关门")] == ["p1"]
    assert len(passages) == 3


def test_no_more_are_quoted_than_were_asked_for_and_the_best_comes_first(passages: Passages) -> None:
    for number in range(5):
        passages.add(f"more{number}", Passage("", "", "", f"{number}号食堂十一点半开饭。"), "手册")
    quotes = passages.find("食堂几点开饭", 3)
    assert len(quotes) == 3
    assert [quote.score for quote in quotes] == sorted((quote.score for quote in quotes), reverse=True)
    assert len(passages.find("食堂几点开饭")) == 2


def test_the_sentence_that_answers_is_quoted_from_the_middle_of_a_long_passage(passages: Passages) -> None:
    filler = "其他事项按照镇里的统一安排办理，由各村自行掌握进度。" * 6
    passages.add("long", Passage("", "", "5", f"{filler}值班室的钥匙放在门卫老地方。{filler}"), "手册")
    best, *_ = passages.find("值班室的钥匙放在哪里")
    assert "值班室的钥匙放在门卫老地方。" in best.words
    assert best.words.startswith("……")
    assert best.words.endswith("……")
    assert len(best.words) <= LONGEST_QUOTE + 4


def test_an_endless_sentence_is_cut_and_says_so_once(passages: Passages) -> None:
    endless = "值班室的钥匙放在门卫老地方" + "，其余的都照旧办理" * 40
    passages.add("long", Passage("", "", "", f"{endless}。后面还有一句。"), "手册")
    best, *_ = passages.find("值班室的钥匙放在哪里")
    assert len(best.words) == 2 * LONGEST_QUOTE + 2
    assert not best.words.endswith("…………")


def test_the_lines_of_a_list_stay_lines_in_a_quote(passages: Passages) -> None:
    passages.add("list", Passage("", "换发工作证", "", "换发工作证要带的材料：\n1. 一寸照片\n2. 旧工作证"), "手册")
    best, *_ = passages.find("换发工作证要带什么材料")
    assert best.words == "换发工作证要带的材料：\n1. 一寸照片\n2. 旧工作证"


def test_a_quotation_mark_stays_with_the_sentence_it_closes(passages: Passages) -> None:
    passages.add("mark", Passage("", "", "", "村口的牌子写着“进村车辆请减速慢行。”落款是村委会。"), "手册")
    best, *_ = passages.find("村口的牌子写着什么")
    assert "慢行。”落款" in best.words


def test_a_question_of_4000_characters_has_a_result(passages: Passages) -> None:
    assert passages.find("红烧肉怎么做" * 700) == []
    assert isinstance(passages.find(("食堂几点开饭" * 700)[:4000]), list)


WORDS = st.text(max_size=200) | st.text("食堂开饭几点。！；”）\n1a ", max_size=200)


@given(WORDS, WORDS, WORDS)
@settings(max_examples=100, deadline=None)
def test_whatever_a_passage_says_and_whoever_asks_nothing_breaks(question: str, text: str, heading: str) -> None:
    made = Passages()
    made.add("p", Passage("", heading, "", text))
    for quote in (*made.find(question), *made.find(text)):
        assert QUOTED <= quote.score <= 100
        assert quote.words.strip("…").strip() in text
    made.remove("p")
    assert made.find(text) == []
