"""Whether people find what they ask for, and are told honestly when there is nothing."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.handbook import Handbook, Lookup
from knowledge.normalize import normalize
from knowledge.search import Index

QUESTIONS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "questions.yaml").read_text(encoding="utf-8")
)


def _outcome(found: Lookup, expects: str | list[str] | None) -> str:
    good = [expects] if isinstance(expects, str) else expects or []
    if found.status == "unknown":
        return "refused"
    if found.entry is not None:
        return "right" if found.entry.id in good else "wrong"
    return "offered" if {candidate.entry.id for candidate in found.candidates} & set(good) else "missed"


def _outcomes(handbook: Handbook, kind: str) -> Counter[str]:
    return Counter(_outcome(handbook.ask(each["ask"]), each.get("expects")) for each in QUESTIONS[kind])


@pytest.mark.parametrize(
    ("kind", "right", "right_or_offered"),
    [
        ("clean", 0.98, 1.0),
        ("paraphrase", 0.90, 1.0),
        ("noisy", 0.98, 1.0),
        ("pinyin", 1.0, 1.0),
        ("traditional", 1.0, 1.0),
    ],
)
def test_people_find_what_they_ask_for(handbook: Handbook, kind: str, right: float, right_or_offered: float) -> None:
    outcomes = _outcomes(handbook, kind)
    assert outcomes["right"] >= right * outcomes.total(), outcomes
    assert outcomes["right"] + outcomes["offered"] >= right_or_offered * outcomes.total(), outcomes


def test_no_question_of_the_set_gets_a_wrong_answer(handbook: Handbook) -> None:
    wrong = [
        each["ask"]
        for kind, questions in QUESTIONS.items()
        for each in questions
        if kind != "near_by" and _outcome(handbook.ask(each["ask"]), each.get("expects")) == "wrong"
    ]
    assert wrong == []


def test_what_is_not_ours_is_refused(handbook: Handbook) -> None:
    outcomes = _outcomes(handbook, "out_of_scope")
    assert outcomes["refused"] >= 0.97 * outcomes.total(), outcomes


def test_what_only_sounds_like_ours_is_not_answered(handbook: Handbook) -> None:
    answered = [each["ask"] for each in QUESTIONS["near_by"] if handbook.ask(each["ask"]).status == "answered"]
    assert answered == []


def test_the_questions_are_not_copied_from_the_aliases(handbook: Handbook) -> None:
    written = [each["ask"] for questions in QUESTIONS.values() for each in questions]
    named = {name for entry in handbook.entries for name in (entry.title, *entry.aliases)}
    assert len(written) == len(set(written)) >= 120
    # Initials, pinyin and Traditional script necessarily spell a name; everything else is in other words.
    assert sum(question in named for question in written) == 0


def test_every_title_and_alias_finds_its_entry(handbook: Handbook) -> None:
    missed = [
        (entry.id, name)
        for entry in handbook.entries
        for name in (entry.title, *entry.aliases)
        if (found := handbook.ask(name)).entry is None or found.entry.id != entry.id
    ]
    assert missed == []


def test_an_answer_comes_first_among_its_candidates(handbook: Handbook) -> None:
    found = handbook.ask("三会一课")
    assert found.status == "answered"
    assert found.entry is found.candidates[0].entry
    assert [candidate.score for candidate in found.candidates] == sorted(
        (candidate.score for candidate in found.candidates), reverse=True
    )


def test_an_unsure_lookup_offers_at_most_as_many_as_asked_for(handbook: Handbook) -> None:
    found = handbook.ask("书记", limit=2)
    assert (found.status, found.entry, len(found.candidates)) == ("unsure", None, 2)


def test_an_unknown_lookup_offers_nothing(handbook: Handbook) -> None:
    found = handbook.ask("今天天气怎么样")
    assert (found.status, found.entry, found.candidates) == ("unknown", None, ())


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_it(handbook: Handbook, text: str) -> None:
    found = handbook.ask(text)
    assert (found.entry is None) == (found.status != "answered")


def test_a_paste_costs_no_more_than_a_question(handbook: Handbook) -> None:
    assert handbook.ask("党员大会多久开一次" * 2000).status in ("answered", "unsure", "unknown")


def test_what_is_added_while_running_is_found_at_once() -> None:
    index = Index()
    index.add("meetings", ("三会一课多久一次", "三会一课"), "党员大会每季度1次")
    assert index.ask("志愿服务时长怎么登记")[0] == "unknown"
    index.add("volunteers", ("志愿服务时长登记", "志愿服务"), "在系统里登记")
    status, hits = index.ask("志愿服务时长怎么登记")
    assert (status, hits[0].key) == ("answered", "volunteers")


def test_a_text_without_a_title_can_be_offered() -> None:
    index = Index()
    index.add("meetings", ("三会一课",), "党员大会每季度1次")
    index.add("passage", (), "志愿服务时长在系统里登记，每年汇总一次")
    status, hits = index.ask("志愿服务时长登记")
    assert status != "answered"
    assert [hit.key for hit in hits] in ([], ["passage"])


def test_an_empty_index_knows_nothing() -> None:
    assert Index().ask("三会一课") == ("unknown", [])


def test_a_homophone_a_typo_and_initials_are_the_same_question(handbook: Handbook) -> None:
    for typed in ("三会一棵", "sanhuiyike", "shyk", "三會一課", "3会1课", "请问三会一课？"):
        found = handbook.ask(typed)
        assert found.entry is not None, typed
        assert found.entry.id == "meetings.overview", typed
    assert normalize("三會一課") == "三会一课"


def test_characters_are_not_taken_for_the_initials_they_happen_to_have(handbook: Handbook) -> None:
    assert handbook.ask("石灰岩矿").status == "unknown"


def test_of_two_that_fit_alike_the_one_with_a_handicap_comes_second() -> None:
    index = Index()
    index.add("once", ["以前怎么存放台账"], handicap=2.0)
    index.add("now", ["如今怎么存放台账"])
    assert index.ask("怎么存放台账的啊请问")[1][0].key == "now"


def test_what_answers_how_often_anywhere_comes_first_when_that_is_asked() -> None:
    index = Index()
    index.add("never", ["培养考察办法"])
    index.add("yearly", ["培养考察办法", "每年集训"])
    assert index.ask("培养考察办法几次")[1][0].key == "yearly"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("换选届举延期", "换届选举延期"),
        ("延期的届换选举", "延期换届选举"),
        ("换届选举", "换届选举"),
        ("", ""),
        ("换", "换"),
    ],
)
def test_neighbours_in_the_wrong_order_are_put_right(typed: str, meant: str) -> None:
    index = Index()
    index.add("a", ["换届选举延期", "延期换届选举"])
    assert index.mended(typed) == meant


def test_what_was_typed_in_the_wrong_order_is_answered(handbook: Handbook) -> None:
    found = handbook.ask("换选届举能延几年")
    assert found.entry is not None
    assert found.entry.id == "election.postpone"


def test_many_ways_to_put_one_thing_do_not_crowd_out_another() -> None:
    index = Index()
    index.add("told", ["登记台账"])
    for number in range(60):
        index.add(f"told~{number}", [f"老账本存放年限{'甲乙丙丁'[number % 4] * (number + 1)}"], of="told", handicap=8.0)
    index.add("named", ["账本存放年限"])
    assert {hit.key for hit in index.ask("老账本存放年限到哪年")[1]} == {"told", "named"}
    assert index.ask("账本存放年限")[1][0].key == "named"
