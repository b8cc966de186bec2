"""Everyday words in the terms of the rules, and subjects that are not ours."""

from pathlib import Path

import pytest

from knowledge import everyday, foreign
from knowledge.everyday import ballast, meanings
from knowledge.foreign import foreign_to, is_never_ours, nearness, who_knows
from knowledge.handbook import Handbook
from knowledge.normalize import normalize


def test_everyday_words_mean_the_terms_of_the_rules() -> None:
    assert list(meanings("打平怎么")) == [(0, 2, ("票数相等",))]
    assert [means for _, _, means in meanings(normalize("苗子的考验期多长"))] == [("积极分子",), ("预备期",)]
    assert list(meanings("预备期多久")) == []


def test_the_longest_way_to_say_it_counts() -> None:
    assert list(meanings("小组长")) == [(0, 3, ("党小组长",))]
    assert list(meanings("小组")) == [(0, 2, ("党小组",))]


def test_words_may_stand_between_the_parts_of_what_is_said() -> None:
    assert list(meanings("替老伴投")) == [(0, 4, ("选举委托投票",))]
    assert list(meanings("替一二三四五投")) == [(0, 7, ("选举委托投票",))]
    assert list(meanings("替一二三四五六投")) == []


def test_what_is_left_of_what_is_said_must_say_something() -> None:
    assert list(meanings(normalize("满了"))) == []
    assert list(meanings(normalize("怎么弄"))) == []


def test_who_and_when_is_told_along() -> None:
    words = "老王去年八月预备期多久"
    assert "".join(words[start:end] for start, end in ballast(words)) == "老王去年八月"


def test_what_is_wrong_in_the_words_is_shown(tmp_path: Path) -> None:
    (tmp_path / "everyday.yaml").write_text(
        "- {mean: 预备期, say: [考验期]}\n- {mean: 预备期, say: [考验期]}\n- {mean: 党费}\n"
    )
    assert [(fault.line, fault.message) for fault in everyday.faults(tmp_path / "everyday.yaml")] == [
        (2, "“考验期”写了两次"),
        (3, "缺少“say”"),
    ]
    foreign_words = tmp_path / "foreign.yaml"
    for words, says in (("工(会", "读不懂"), ("(工会)", "(?:…)"), ("[", "读不懂")):
        foreign_words.write_text(f"ours: 党费\nnear: 公示\nforeign: [{{about: 群团, words: '{words}'}}]\n")
        assert [says in fault.message for fault in foreign.faults(foreign_words)] == [True]
    foreign_words.write_text("ours: [")
    assert len(foreign.faults(foreign_words)) == 1


def test_the_words_of_the_handbook_are_well_written() -> None:
    assert everyday.faults() == foreign.faults() == []


@pytest.mark.parametrize(
    "question",
    [
        "工会几年换届一次",
        "团费每个月交多少",
        "业委会怎么成立",
        "养老金怎么计算的",
        "团支部书记任期几年",
        "公司员工转正答辩",
    ],
)
def test_what_is_about_another_body_is_not_answered(handbook: Handbook, question: str) -> None:
    assert foreign_to(question)
    assert handbook.ask(question).status != "answered"


@pytest.mark.parametrize("question", ["谁投了老张的反对票", "张书记电话是多少", "上次谁没交党费", "党徽多少钱一个"])
def test_what_is_nobody_s_to_know_is_refused(handbook: Handbook, question: str) -> None:
    assert is_never_ours(question)
    assert handbook.ask(question).status == "unknown"


def test_an_entry_that_is_about_it_still_answers(handbook: Handbook) -> None:
    assert handbook.ask("28岁以下入党要团组织推优吗").status == "answered"


@pytest.mark.parametrize(
    ("question", "near"), [("党费怎么交", 2), ("dangfei", 2), ("公示几天", 1), ("苗子怎么带", 1), ("今天吃什么", 0)]
)
def test_how_near_a_question_is_to_our_subject(question: str, near: int) -> None:
    assert nearness(question) == near


def test_something_of_the_party_beside_another_body_is_ours() -> None:
    assert foreign_to("工会主席能当党支部书记吗") == []


@pytest.mark.parametrize(
    ("question", "never"),
    [
        ("转正大会表决要几个人同意", "decision.village-vote"),
        ("预备党员能不能用劝其退党", "disposal.quit-cases"),
        ("我们支部几个党员能成立支委会", "branch.minimum"),
    ],
)
def test_a_rule_for_something_else_is_never_said_as_the_answer(handbook: Handbook, question: str, never: str) -> None:
    found = handbook.ask(question)
    assert found.entry is None or found.entry.id != never


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("工会几年换届一次", "工会"),
        ("业委会怎么成立", "业委会"),
        ("打印机卡纸怎么办", "客服"),
        ("王书记家住哪里", "不查"),
        ("我的预备期到了没", "本支部书记"),
    ],
)
def test_what_is_refused_says_who_knows(handbook: Handbook, question: str, said: str) -> None:
    found = handbook.ask(question)
    assert found.status == "unknown"
    assert said in found.elsewhere


def test_of_what_is_nobody_s_subject_nothing_is_said() -> None:
    assert who_knows("石灰岩矿") == ""


@pytest.mark.parametrize(
    "question",
    [
        "预备期到了没人管",
        "我的组织关系放在哪里",
        "老王对处分决定有意见怎么办",
        "用电脑打的入党申请书行吗",
        "能在视频会议上表决吗",
        "书记去外地培训谁主持支部大会",
    ],
)
def test_a_fair_question_with_such_words_is_not_refused(handbook: Handbook, question: str) -> None:
    assert not is_never_ours(question)
    assert handbook.ask(question).status != "unknown"


def test_an_entry_about_another_body_answers_only_what_it_is_about(handbook: Handbook) -> None:
    assert handbook.ask("村民代表会议要多少人同意").status == "answered"
    assert handbook.ask("村民代表会议多久开一次").status == "unknown"
