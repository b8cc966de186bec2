"""Working days over the holidays of 2026, and of years whose notice nobody has published yet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.working_days import (
    is_provisional,
    is_working_day,
    next_working_day,
    nth_working_day,
    previous_working_day,
)

MADE_UP = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
days = st.dates(min_value=date(2027, 1, 1), max_value=date(2099, 12, 31))


@pytest.mark.parametrize("day", MADE_UP)
def test_a_weekend_that_makes_up_for_a_holiday_is_worked(day: str) -> None:
    assert date.fromisoformat(day).isoweekday() > 5
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    ["2026-01-01", "2026-01-02", "2026-02-16", "2026-05-01", "2026-05-05", "2026-10-01", "2026-10-07", "2026-11-28"],
)
def test_holidays_and_other_weekends_are_not_worked(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "previous", "following"),
    [
        ("2026-10-01", "2026-09-30", "2026-10-08"),
        ("2026-10-05", "2026-09-30", "2026-10-08"),
        ("2026-10-09", "2026-10-08", "2026-10-10"),
        ("2026-10-10", "2026-10-09", "2026-10-12"),
        ("2026-10-11", "2026-10-10", "2026-10-12"),
        ("2026-11-27", "2026-11-26", "2026-11-30"),
        ("2026-01-03", "2025-12-31", "2026-01-04"),
        ("2026-12-31", "2026-12-30", "2027-01-04"),
    ],
)
def test_the_working_day_before_and_after(day: str, previous: str, following: str) -> None:
    assert previous_working_day(date.fromisoformat(day)) == date.fromisoformat(previous)
    assert next_working_day(date.fromisoformat(day)) == date.fromisoformat(following)


@pytest.mark.parametrize(
    ("first", "count", "last"),
    [
        ("2026-11-23", 1, "2026-11-23"),
        ("2026-11-23", 5, "2026-11-27"),
        ("2026-11-23", 6, "2026-11-30"),
        ("2026-11-28", 1, "2026-11-30"),
        ("2026-09-28", 5, "2026-10-09"),
        ("2026-10-01", 3, "2026-10-10"),
        ("2026-10-01", 5, "2026-10-13"),
        ("2026-12-31", 2, "2027-01-04"),
    ],
)
def test_a_span_of_working_days_counts_its_first_day(first: str, count: int, last: str) -> None:
    assert nth_working_day(date.fromisoformat(first), count) == date.fromisoformat(last)


@pytest.mark.parametrize("count", [0, -1])
def test_a_span_has_at_least_one_day(count: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        nth_working_day(date(2026, 11, 23), count)


def test_years_with_a_notice_are_certain_and_later_ones_are_provisional() -> None:
    assert [year for year in range(2004, 2030) if is_provisional(year)] == [2027, 2028, 2029]


@pytest.mark.parametrize("day", ["2027-01-01", "2027-05-01", "2027-05-02", "2027-10-01", "2027-10-02", "2027-10-03"])
def test_what_the_law_fixes_is_free_without_a_notice(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


def test_spring_festival_is_free_without_a_notice() -> None:
    assert not is_working_day(date(2027, 2, 5))
    assert next_working_day(date(2027, 2, 4)) == date(2027, 2, 9)


@given(days)
def test_later_years_never_fail(day: date) -> None:
    assert previous_working_day(next_working_day(day)) <= day + timedelta(days=1)
    assert is_working_day(next_working_day(day))
    assert not any(is_working_day(day + timedelta(days=n)) for n in range(1, (next_working_day(day) - day).days))


@given(days, st.integers(min_value=1, max_value=60))
def test_a_span_holds_as_many_working_days_as_it_should(first: date, count: int) -> None:
    last = nth_working_day(first, count)
    assert sum(is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1)) == count


@pytest.mark.parametrize("year", [1, 1949, 1999, 2003, 9998])
def test_no_year_is_too_far_away(year: int) -> None:
    assert is_provisional(year)
    assert is_working_day(next_working_day(date(year, 6, 15)))
