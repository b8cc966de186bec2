"""When a branch meets next, for every day of many years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules import frequency
from knowledge.rules.frequency import (
    last_day_of_month,
    last_day_of_quarter,
    next_general_meeting_due,
    next_lecture_due,
    next_monthly_meeting_due,
    next_theme_day,
)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _month(day: date) -> int:
    return day.year * 12 + day.month


@given(days)
def test_the_last_day_is_followed_by_the_next_month_or_quarter(day: date) -> None:
    month, quarter = last_day_of_month(day), last_day_of_quarter(day)
    assert _month(month) == _month(day) == _month(month + timedelta(days=1)) - 1
    assert _quarter(quarter) == _quarter(day) == _quarter(quarter + timedelta(days=1)) - 1


@given(days)
def test_a_general_meeting_and_a_lecture_come_by_the_end_of_the_next_quarter(day: date) -> None:
    due = next_general_meeting_due(day)
    assert _quarter(due) == _quarter(day) + 1
    assert due == last_day_of_quarter(due) == next_lecture_due(day)


@given(days)
def test_committees_and_groups_meet_by_the_end_of_the_next_month(day: date) -> None:
    due = next_monthly_meeting_due(day)
    assert _month(due) == _month(day) + 1
    assert due == last_day_of_month(due)


@given(days)
def test_the_theme_day_is_in_the_next_month(day: date) -> None:
    assert _month(next_theme_day(day)) == _month(day) + 1
    assert next_theme_day(day).day == day.day or not frequency.is_one_to_twenty_eight(day)


@given(days)
def test_seasons(day: date) -> None:
    assert frequency.is_in_fourth_quarter(day) == (day.month in (10, 11, 12))
    assert frequency.is_appraisal_season(day) == (day.month in (10, 11, 12, 1, 2, 3))
    assert frequency.is_year_appraised(day.year, day)
    assert frequency.is_year_appraised(day.year - 1, day) == (day.month <= 6)
    assert not frequency.is_year_appraised(day.year + 1, day)


@pytest.mark.parametrize(
    ("held", "due"),
    [
        (date(2026, 1, 31), date(2026, 6, 30)),
        (date(2026, 12, 1), date(2027, 3, 31)),
        (date(2026, 9, 30), date(2026, 12, 31)),
    ],
)
def test_the_next_quarter_over_the_end_of_the_year(held: date, due: date) -> None:
    assert next_general_meeting_due(held) == due


def test_days_before_a_meeting() -> None:
    assert frequency.days_earlier(date(2026, 3, 2), 3) == date(2026, 2, 27)
