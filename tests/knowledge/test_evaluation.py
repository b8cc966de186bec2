"""The evaluation set: what was reached is not lost again."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.evaluation import BrokenSet, Score, evaluate, of_handbook, read_set
from knowledge.handbook import Handbook

SET = Path(__file__).parent / "evaluation.jsonl"
FLOORS = {"clean": 0.985, "noisy": 0.965, "paraphrase": 0.93, "numbers": 0.99, "out_of_scope": 0.99}
WRONG = 0.005
"""At most so many of all questions are answered wrongly: three buttons are better than a wrong rule."""
REFUSED = 0.005


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    """Every question of the set, asked once."""
    with SET.open(encoding="utf-8") as lines:
        return evaluate(of_handbook(Handbook.load(), date(2026, 11, 24)), read_set(lines))


@pytest.mark.parametrize("kind", FLOORS)
def test_as_many_are_right_as_before(scores: dict[str, Score], kind: str) -> None:
    assert scores[kind].share("right") >= FLOORS[kind], [failure.asked.id for failure in scores[kind].failures]


def test_hardly_any_answer_is_wrong(scores: dict[str, Score]) -> None:
    assert sum(score.counts["wrong"] for score in scores.values()) <= WRONG * sum(
        score.total for score in scores.values()
    )


def test_hardly_any_answerable_question_is_refused(scores: dict[str, Score]) -> None:
    answerable = [score for kind, score in scores.items() if kind != "out_of_scope"]
    assert sum(each.counts["refused"] for each in answerable) <= REFUSED * sum(each.total for each in answerable)


def test_the_set_is_large_and_no_question_stands_twice() -> None:
    with SET.open(encoding="utf-8") as lines:
        questions = list(read_set(lines))
    assert len(questions) >= 500
    assert len({each.question for each in questions}) == len({each.id for each in questions}) == len(questions)
    assert all(bool(each.facts) == (each.kind != "out_of_scope") for each in questions)


def test_a_line_that_is_no_question_is_named() -> None:
    with pytest.raises(BrokenSet, match="第 2 行"):
        list(read_set(['{"id": "a", "kind": "clean", "question": "预备期多长", "facts": [["1年"]]}', "not json"]))


def test_outcomes_are_told_apart() -> None:
    questions = read_set(
        [
            '{"id": "a", "kind": "k", "question": "right", "facts": [["1年", "一年"], ["大会"]]}',
            '{"id": "b", "kind": "k", "question": "wrong", "facts": [["2年"]]}',
            '{"id": "c", "kind": "k", "question": "unsure", "facts": [["1年"]]}',
            '{"id": "d", "kind": "k", "question": "unknown", "facts": [["1年"]]}',
            '{"id": "e", "kind": "out", "question": "unknown", "facts": []}',
            '{"id": "f", "kind": "out", "question": "right", "facts": []}',
        ]
    )
    said = {"right": "answered", "wrong": "answered", "unsure": "unsure", "unknown": "unknown"}
    found = evaluate(lambda question: (said[question], "从 **大会** 起一 年"), questions)
    assert dict(found["k"].counts) == {"right": 1, "wrong": 1, "offered": 1, "refused": 1}
    assert dict(found["out"].counts) == {"right": 1, "wrong": 1}
    assert [failure.asked.id for failure in found["k"].failures] == ["b", "c", "d"]
