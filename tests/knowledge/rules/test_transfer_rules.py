"""How long a letter holds, and who is away for long."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.mobile import (
    is_away_for_good,
    is_long_absence,
    is_short_absence,
    next_contact_due,
    search_begins,
)
from knowledge.rules.periods import months_later
from knowledge.rules.transfer import letter_expires, month_begins, month_paid_until

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))


@given(days, st.integers(1, 90))
def test_a_letter_holds_for_its_days_and_never_past_three_months(issued: date, count: int) -> None:
    last = letter_expires(issued, count)
    assert len({issued + timedelta(days=n) for n in range((last - issued).days + 1)}) == count
    assert last <= months_later(issued, 3)


@pytest.mark.parametrize("count", [-1, 0, 91, 180])
def test_no_letter_for_so_many_days(count: int) -> None:
    with pytest.raises(ValueError, match="letter"):
        letter_expires(date(2026, 3, 1), count)


@given(days)
def test_a_month_begins_on_its_first(day: date) -> None:
    assert month_begins(day) <= day < months_later(month_begins(day), 1)


@given(days, st.integers(0, 400), st.booleans())
def test_half_a_year_in_one_place_is_for_good(left: date, away: int, settled: bool) -> None:
    back = left + timedelta(days=away)
    assert is_long_absence(left, back) is (away >= 180)
    assert is_short_absence(left, back) is (away < 180)
    assert is_away_for_good(left, back, settled=settled) is (settled and away >= 180)


@given(days)
def test_silence_leads_from_a_contact_to_a_search(day: date) -> None:
    assert day < next_contact_due(day) < search_begins(day)
    assert next_contact_due(next_contact_due(day)) == search_begins(day)


@given(days, st.integers(1, 12))
def test_a_month_without_a_year_is_the_nearest(day: date, month: int) -> None:
    last = month_paid_until(month, day)
    assert last.month == month
    assert (last + timedelta(days=1)).day == 1
    assert months_later(month_begins(day), -5) <= last < months_later(month_begins(day), 7)


@pytest.mark.parametrize("month", [0, 13])
def test_there_is_no_such_month(month: int) -> None:
    with pytest.raises(ValueError, match="month"):
        month_paid_until(month, date(2026, 3, 8))
