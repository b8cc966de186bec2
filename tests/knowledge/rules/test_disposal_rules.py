"""How long disposal takes and binds, counted by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules import disposal
from knowledge.rules.periods import months_later, whole_years_between
from knowledge.rules.terms import is_span

days = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@given(days)
def test_five_years_have_passed_on_the_first_day_one_may_apply_again_and_not_before(removed: date) -> None:
    first = disposal.may_reapply_from(removed)
    assert (first.year - removed.year, first.month) == (5, removed.month)
    assert whole_years_between(removed, first - timedelta(days=1)) == 4


@pytest.mark.parametrize(
    ("last_active", "first"),
    [
        (date(2025, 8, 31), date(2026, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 9, 30)),
        (date(2026, 9, 1), date(2027, 3, 1)),
    ],
)
def test_six_months_end_with_the_month_where_that_is_shorter(last_active: date, first: date) -> None:
    assert disposal.walked_away_from(last_active) == first
    assert disposal.lost_may_be_corrected_from(last_active) == first


@given(days)
def test_which_span_a_removal_takes_hangs_on_its_ground(since: date) -> None:
    assert disposal.removal_due_from("walked_away", since) == months_later(since, 6)
    assert disposal.removal_due_from("stopped", since) == months_later(since, 24)
    with pytest.raises(ValueError, match="other takes no span"):
        disposal.removal_due_from("other", since)


@given(days)
def test_a_correction_is_as_a_rule_half_as_long_as_it_may_be(begun: date) -> None:
    usual, latest = disposal.correction_usually_until(begun), disposal.correction_at_the_latest(begun)
    assert (usual, latest) == (months_later(begun, 6), months_later(begun, 12))
    assert begun < usual < latest


@given(days, days)
def test_a_span_has_its_first_day_before_its_last(one: date, other: date) -> None:
    assert is_span(one, other) == (one < other)
    assert not is_span(one, one)


@given(days)
def test_a_correction_is_looked_at_when_its_time_is_over(until: date) -> None:
    assert disposal.correction_reviewed_from(until) == until
