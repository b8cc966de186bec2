"""What is known over the rounds of a repeated step."""

from datetime import date

from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.model import Procedure

STEP = {
    "id": "review",
    "title": "考察",
    "who": "支部",
    "guide": "每半年考察一次。",
    "dated": "reviewed_on",
    "repeat": {"due": "next_review_due"},
    "fields": [
        {"id": "reviewed_on", "kind": "day", "ask": "哪天？", "label": "考察日"},
        {"id": "hours", "kind": "number", "ask": "几个学时？", "label": "学时", "optional": True},
    ],
}
PROCEDURE = Procedure.model_validate(
    {
        "id": "reviews",
        "title": "考察",
        "words": ["考察"],
        "purpose": "只为测试。",
        "about": "branch",
        "stages": [{"title": "考察", "steps": [STEP]}],
    }
)


def facts(*rounds: tuple[str, int | None]) -> Facts:
    records = [
        Record(n, "review", date.fromisoformat(day), {"reviewed_on": day, "hours": hours})
        for n, (day, hours) in enumerate(rounds, 1)
    ]
    return Facts(PROCEDURE, records)


def test_nothing_is_known_before_the_first_round() -> None:
    assert facts().get("before.reviewed_on", "review") is None
    assert facts().get("all.review.hours") is None


def test_the_first_round_has_none_before_it() -> None:
    one = facts(("2026-03-01", 4))
    assert one.get("before.reviewed_on", "review") is None
    assert one.get("earlier.hours", "review") == []
    assert one.get("all.hours", "review") == [4]


def test_a_round_under_way_knows_the_ones_before_it_and_what_was_skipped_counts_for_nothing() -> None:
    step = PROCEDURE.step("review")
    known = facts(("2026-03-01", 4), ("2026-09-01", None)).supposing(step, {"hours": 2})
    assert known.get("before.review.reviewed_on") == date(2026, 9, 1)
    assert known.get("before.hours", "review") is None
    assert known.get("earlier.review.hours") == [4]
    assert known.get("all.review.hours") == [4, 2]
