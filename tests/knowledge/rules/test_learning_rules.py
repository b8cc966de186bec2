"""Hours of learning, and goals that can be checked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.learning import (
    absent_fit,
    december_begins,
    each_has_figure,
    hours_due_by,
    hours_for,
    hours_left,
    hours_on_course,
    hours_together,
    hours_with,
    is_counted_once,
    is_in_half_hours,
    is_in_months,
    is_same_year,
    learning_quarter_ends,
    members_together,
)

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
hours = st.integers(min_value=1, max_value=200).map(lambda halves: Decimal(halves) / 2)


def test_hours_by_role() -> None:
    assert (hours_for("member"), hours_for("leader"), hours_for("exempt")) == (32, 56, 0)
    with pytest.raises(ValueError, match="guest"):
        hours_for("guest")


@given(hours)
def test_halves_are_counted_and_nothing_between(some: Decimal) -> None:
    assert is_in_half_hours(some)
    assert not is_in_half_hours(some + Decimal("0.2"))
    assert not is_in_half_hours(Decimal(0))


@given(st.lists(hours), st.sampled_from([0, 32, 56]))
def test_what_is_left_and_what_was_learned_make_what_is_needed(some: list[Decimal], needed: int) -> None:
    learned = hours_together(some)
    assert hours_with(Decimal(2), some) == learned + 2
    assert learned + hours_left(learned, needed) == max(learned, Decimal(needed))


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ((2026, 3, 30), 0), ((2026, 3, 31), 8), ((2026, 6, 29), 8), ((2026, 6, 30), 16), ((2026, 9, 30), 24),
        ((2026, 12, 30), 24), ((2026, 12, 31), 32),
    ],
)  # fmt: skip
def test_a_quarter_is_due_on_its_last_day(day: tuple[int, int, int], due: int) -> None:
    assert hours_due_by(date(*day), 32) == due
    assert hours_on_course(Decimal(due), date(*day), 32)
    if due:
        assert not hours_on_course(Decimal(due) - Decimal("0.5"), date(*day), 32)


@given(days)
def test_the_next_look_is_on_the_last_day_of_a_quarter_one_to_four_months_away(day: date) -> None:
    end = learning_quarter_ends(day)
    assert (end + timedelta(days=1)).day == 1
    assert end.month in (3, 6, 9, 12)
    assert timedelta(days=28) <= end - day <= timedelta(days=123)


def test_looks_a_little_early_and_a_little_late_lead_to_the_same_quarter() -> None:
    assert learning_quarter_ends(date(2026, 3, 28)) == learning_quarter_ends(date(2026, 4, 3)) == date(2026, 6, 30)
    assert learning_quarter_ends(date(2026, 12, 31)) == date(2027, 3, 31)


def test_one_activity_counts_once() -> None:
    before = [date(2026, 3, 5), date(2026, 3, 6)], ["党章", "支部条例"]
    assert not is_counted_once(date(2026, 3, 5), " 党章", *before)
    assert is_counted_once(date(2026, 3, 6), "党章", *before)


@pytest.mark.parametrize(("line", "has"), [("每月看望2位老人", True), ("每周值一次班", True), ("做得更好", False)])
def test_a_goal_says_how_much(line: str, has: bool) -> None:
    assert each_has_figure(["全年学习32学时", line]) is has


@given(days, st.integers(1, 12), st.integers(1, 12))
def test_months_of_a_year(day: date, first: int, last: int) -> None:
    assert is_in_months(day, first, last) is (day.month in range(first, last + 1))
    assert is_same_year(day, date(day.year, first, 1))
    assert december_begins(day) == date(day.year, 12, 1)


@given(st.integers(0, 50), st.integers(0, 50))
def test_counts(full: int, probationary: int) -> None:
    assert members_together(full, probationary) - full == probationary
    assert absent_fit(full, [object()] * probationary) is (probationary <= full)
