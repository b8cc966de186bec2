"""What texts and lists of a record must and must not say, and who is put forward."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.commendation import every_nominee_is_carried, no_nominee_is_over, nominees_were_proposed
from knowledge.rules.quorum import votes_needed
from knowledge.rules.reporting import (
    are_same,
    days_later,
    does_more_than,
    does_not_mention,
    due_in_a_month,
    due_in_a_quarter,
    goes_straight_up,
    includes_all,
    includes_any,
    includes_none,
    is_a_step_up,
    is_in_order,
    is_none_of,
    one_more,
    only_one,
    per_cent,
    votes_together,
)

ids = st.lists(st.sampled_from(["a", "b", "c"]), unique=True)


def test_words_are_found_in_texts_and_in_lines() -> None:
    assert does_not_mention("学习党章", "中心组、党组")
    assert not does_not_mention(["一月 党章", "二月 中心组学习"], "中心组、党组")


def test_tasks_that_are_all_meetings() -> None:
    assert not does_more_than(["开会传达", "会议学习"], "开会、会议")
    assert does_more_than(["开会传达", "走访20户"], "开会、会议")


@given(ids)
def test_choices(chosen: list[str]) -> None:
    assert includes_any(chosen, "a、b") is bool({"a", "b"} & set(chosen))
    assert includes_none(chosen, "a、b") is not includes_any(chosen, "a、b")
    assert includes_all(chosen, "a、b") is (set(chosen) >= {"a", "b"})
    assert is_none_of("c", "a、b")
    assert not is_none_of("b", "a、b")


def test_one_step_up() -> None:
    assert goes_straight_up([" 某某街道党工委"], "某某街道党工委")
    assert not goes_straight_up(["某某街道党工委", "某某区委"], "某某街道党工委")
    assert only_one("某某街道党工委") == ["某某街道党工委"]
    assert are_same("a", "a")
    assert not are_same("a", "b")


def test_rounds_are_counted_by_the_calendar() -> None:
    assert due_in_a_month(date(2026, 1, 31)) == date(2026, 2, 28)
    assert due_in_a_quarter(date(2026, 11, 30)) == date(2027, 2, 28)
    assert days_later(date(2026, 2, 27), 3) == date(2026, 3, 2)
    assert one_more(12) == 13
    assert is_in_order(date(2026, 3, 2), date(2026, 3, 2))
    assert not is_in_order(date(2026, 3, 3), date(2026, 3, 2))


@given(st.integers(0, 500), st.integers(1, 500))
def test_shares_in_per_cent(part: int, whole: int) -> None:
    if part > whole:
        with pytest.raises(ValueError, match="of"):
            per_cent(part, whole)
    else:
        assert 0 <= per_cent(part, whole) <= 100
        assert (per_cent(part, whole) == 100) is (part == whole)


@pytest.mark.parametrize(
    ("now", "then", "up"),
    [
        ("behind", "plain", True), ("behind", "advanced", True), ("plain", "advanced", True),
        ("advanced", "advanced", True), ("plain", "plain", False), ("advanced", "plain", False),
    ],
)  # fmt: skip
def test_steps_up(now: str, then: str, up: bool) -> None:
    assert is_a_step_up(now, then) is up


@given(st.integers(1, 200), st.data())
def test_nominees_need_more_than_half_of_all_eligible(eligible: int, data: st.DataObject) -> None:
    votes = data.draw(st.dictionaries(st.integers(1, 9), st.integers(0, eligible), min_size=1))
    assert every_nominee_is_carried(votes, eligible) is (min(votes.values()) >= votes_needed(eligible=eligible))
    assert no_nominee_is_over(votes, max(votes.values()))
    assert not no_nominee_is_over(votes, max(votes.values()) - 1)
    assert votes_together(1, 2, 3, eligible) == eligible + 6


def test_only_who_was_proposed() -> None:
    assert nominees_were_proposed([1, 2], [1, 2, 3])
    assert not nominees_were_proposed([1, 4], [1, 2, 3])
