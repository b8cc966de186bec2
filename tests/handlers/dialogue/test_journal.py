"""What a run remembers: answers in the order they were given, what is forgotten with them, and where 返回 leads."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue.journal import Journal


def answered(*names: str) -> Journal:
    """Each answered with its name, all of them met by the open question."""
    journal = Journal()
    for name in names:
        journal.answer(name, name.upper())
    journal.show("open", [], list(names), free=False)
    return journal


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=5))),
    st.lists(st.text(max_size=3), max_size=3),
    st.booleans(),
)
def test_what_is_kept_as_json_comes_back_as_it_was(answers: dict[str, object], shown: list[str], free: bool) -> None:
    journal = Journal()
    for name, value in answers.items():
        journal.answer(name, value)
    journal.once["made"] = [None]
    journal.keep_part("open", "Papers", {"texts": ["甲"], "files": []})
    journal.show("open", shown, list(answers), free=free)
    back = Journal(json.loads(json.dumps(journal.kept())))
    assert vars(back) == vars(journal)
    assert list(back.answers) == list(answers)


def test_a_run_that_has_just_begun_keeps_nothing() -> None:
    assert Journal({}).kept() == {}


def test_what_is_forgotten_takes_all_that_came_after_it_along() -> None:
    journal = answered("a", "b", "c")
    journal.keep_part("open", "Text", "x")
    journal.said = {"before": 1, "after": 3}
    journal.forget_from("b")
    assert (journal.answers, journal.partial, journal.said) == ({"a": "A"}, {}, {"before": 1})


def test_back_drops_the_newest_answer_and_what_was_said_after_it() -> None:
    journal = answered("a", "b")
    journal.said = {"first": 0, "then": 1, "last": 2}
    assert journal.can_step_back()
    assert journal.step_back()
    assert (journal.answers, journal.said) == ({"a": "A"}, {"first": 0, "then": 1})
    assert journal.step_back()
    assert not journal.can_step_back()
    assert not journal.step_back()


def test_back_drops_a_part_of_an_answer_before_any_answer() -> None:
    journal = answered("a")
    journal.keep_part("open", "Choices", ["1"])
    assert journal.step_back()
    assert (journal.answers, journal.partial) == ({"a": "A"}, {})


def test_back_passes_over_what_nobody_asked_for() -> None:
    journal = answered("a", "b", "gone")
    journal.show("open", [], ["a", "b"], free=False)
    assert journal.step_back()
    assert journal.answers == {"a": "A", "gone": "GONE"}
    journal.show("b", [], ["a"], free=False)
    assert journal.step_back()
    assert not journal.can_step_back()
    assert journal.answers == {"gone": "GONE"}


def test_an_answer_that_was_opened_again_goes_back_to_its_place() -> None:
    journal = answered("a", "b", "c")
    journal.revise("b")
    assert journal.answers == {"a": "A", "c": "C"}
    journal.answer("b", "new")
    assert list(journal.answers.items()) == [("a", "A"), ("b", "new"), ("c", "C")]
    assert (journal.revising, journal.revised_at) == ({}, 0)


def test_back_from_an_answer_that_was_opened_again_leaves_everything_as_it_was() -> None:
    journal = answered("a", "b", "c")
    journal.revise("b")
    assert journal.can_step_back()
    assert journal.step_back()
    assert list(journal.answers.items()) == [("a", "A"), ("b", "B"), ("c", "C")]
    assert not journal.revising


def test_what_was_opened_again_and_is_not_asked_any_more_is_not_waited_for() -> None:
    journal = answered("a", "b")
    journal.revise("a")
    journal.answer("new", "NEW")
    assert list(journal.answers) == ["b", "new"]
    assert not journal.revising


def test_forgetting_an_earlier_answer_ends_the_change_of_a_later_one() -> None:
    journal = answered("a", "b", "c")
    journal.revise("b")
    journal.forget_from("a")
    assert (journal.answers, journal.revising) == ({}, {})


def test_a_part_belongs_to_its_kind_of_question() -> None:
    journal = answered()
    journal.keep_part("open", "Papers", {"texts": []})
    assert journal.part("open", "Papers") == {"texts": []}
    assert journal.part("open", "When") is None
    assert journal.partial == {}, "it would be a step back that leads nowhere"


def test_a_part_of_a_form_that_older_code_kept_is_none() -> None:
    assert Journal({"partial": {"open": {"texts": ["甲"]}}}).part("open", "Papers") is None
    assert Journal({"partial": {"open": ["1", "2"]}}).part("open", "Choices") is None


def test_a_part_of_another_question_goes_when_the_next_is_put() -> None:
    journal = answered()
    journal.keep_part("open", "When", "2026-11-24")
    journal.show("renamed", [], [], free=True)
    assert journal.partial == {}
