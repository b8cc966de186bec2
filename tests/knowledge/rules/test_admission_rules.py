"""The dates and votes of admission, for every day and every branch there can be."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules import admission
from knowledge.rules.periods import months_later, whole_years_between
from knowledge.rules.quorum import Formula, is_carried, is_quorate
from knowledge.rules.working_days import is_working_day, working_days_between

days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
members = st.integers(min_value=1, max_value=500)


@given(st.dates(date(1930, 1, 1), date(2030, 12, 31)))
def test_on_the_first_day_one_may_apply_one_is_eighteen_and_not_before(born: date) -> None:
    first = admission.may_apply_from(born)
    assert whole_years_between(born, first) == 18
    assert whole_years_between(born, first - timedelta(days=1)) == 17


@pytest.mark.parametrize(
    ("applied", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2026, 2, 28), date(2026, 3, 28)),
    ],
)
def test_a_month_ends_with_the_month_where_that_is_shorter(applied: date, due: date) -> None:
    assert admission.talk_due(applied) == due


@given(days)
def test_a_span_of_months_ends_in_the_right_month_on_the_same_day_or_the_months_last(day: date) -> None:
    spans = {
        1: admission.talk_due,
        3: admission.approval_usually_due,
        6: admission.approval_at_the_latest,
        12: admission.earliest_candidate_date,
    }
    for months, rule in spans.items():
        end = rule(day)
        assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
        assert end.day == min(day.day, monthrange(end.year, end.month)[1])


@given(days)
def test_approval_at_the_latest_comes_after_the_usual_and_both_are_the_pair(meeting: date) -> None:
    pair = admission.approval_due(meeting)
    assert pair == (admission.approval_usually_due(meeting), admission.approval_at_the_latest(meeting))
    assert pair[0] < pair[1]


@given(days, st.integers(0, 24))
def test_an_extension_is_six_to_twelve_months_and_ends_in_the_range(admitted: date, months: int) -> None:
    first, last = admission.extension_range(admission.probation_ends(admitted))
    end = admission.extended_probation_ends(admitted, months)
    assert admission.is_extension_allowed(months) == (first <= end <= last)


@given(days)
def test_the_request_and_the_postponed_discussion_lie_around_the_end_of_probation(admitted: date) -> None:
    end = admission.probation_ends(admitted)
    assert admission.request_expected_from(admitted) < end < admission.postponed_until(admitted)
    assert admission.postponed_until(admitted) == months_later(end, 6)


@given(st.dates(date(2020, 1, 1), date(2030, 6, 30)))
def test_a_notice_has_five_working_days_and_not_one_more_than_it_needs(first: date) -> None:
    last = admission.notice_ends(first)
    assert is_working_day(last)
    assert working_days_between(first, last) == admission.NOTICE_DAYS
    assert working_days_between(first, last - timedelta(days=1)) == admission.NOTICE_DAYS - 1


def test_a_notice_over_the_spring_festival_ends_after_it_and_a_worked_saturday_counts() -> None:
    # 2026: the holiday is 15 to 23 February, with 14 and 28 February worked.
    assert admission.notice_ends(date(2026, 2, 12)) == date(2026, 2, 25)
    assert admission.notice_ends(date(2026, 2, 24)) == date(2026, 2, 28)
    assert admission.is_calendar_known(date(2026, 2, 12))


@given(days)
def test_a_notice_is_required_from_the_day_of_the_revision_on(day: date) -> None:
    assert admission.notice_is_required(day) == (day > date(2026, 5, 10))


@given(days, st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_a_review_is_due_half_a_year_after_the_one_before_it(since: date, steps: list[int]) -> None:
    reviews: list[date] = []
    before = since
    for step in steps:
        due = admission.review_due(since, [*reviews, before + timedelta(days=step)])
        assert due == admission.next_review_due(before)
        before += timedelta(days=step)
        reviews.append(before)


def test_a_review_that_is_entered_late_is_held_to_the_one_before_it_and_none_is_an_error() -> None:
    since = date(2026, 1, 1)
    assert admission.review_due(since, [date(2026, 12, 1), date(2026, 6, 1)]) == date(2026, 7, 1)
    with pytest.raises(ValueError, match="no review"):
        admission.review_due(since, [])


@given(st.integers(0, 100), st.integers(0, 20))
def test_training_is_enough_by_hours_or_by_days(hours: int, length: int) -> None:
    assert admission.is_trained(hours, length) == (hours >= 24 or length >= 3)
    assert admission.is_trained(hours, 0) == admission.is_trained_by_hours(hours)


@given(st.dates(date(1960, 1, 1), date(2008, 1, 1)), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_the_league_recommends_up_to_28_and_anybody_may_come_from_it(born: date, decided: date) -> None:
    assert admission.is_recommended_as_usual(born, decided, "league")
    assert admission.is_recommended_as_usual(born, decided, "members") == (whole_years_between(born, decided) > 28)


@given(members, st.data())
def test_votes_are_all_accounted_for(eligible: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(0, eligible))
    absent = admission.absent_of(eligible, present)
    assert admission.is_complete(eligible, present) == (absent == 0)
    written = data.draw(st.integers(0, absent))
    in_favour = data.draw(st.integers(0, present + written))
    rest = admission.votes_left(present, written, in_favour)
    against = data.draw(st.integers(0, rest))
    abstained = admission.votes_left(present, written, in_favour, against)
    assert in_favour + against + abstained == admission.votes_cast(present, written)
    assert admission.is_unanimous(present, written, in_favour) == (rest == 0)
    if admission.is_unanimous(present, written, in_favour) and is_quorate(
        present, eligible=eligible, formula=Formula.ADMISSION
    ):
        assert is_carried(in_favour, eligible=eligible), "all of a meeting that may vote are enough"


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        (admission.votes_cast, (-1, 0)),
        (admission.votes_cast, (1, -1)),
        (admission.votes_left, (5, 0, 6)),
        (admission.votes_left, (5, 0, 3, 3)),
        (admission.is_unanimous, (5, 0, 6)),
        (admission.absent_of, (5, 6)),
        (admission.is_complete, (5, -1)),
    ],
)
def test_figures_that_cannot_be_are_an_error(rule: object, figures: tuple[int, ...]) -> None:
    assert callable(rule)
    with pytest.raises(ValueError, match=r"\d"):
        rule(*figures)


@given(days)
def test_who_leaves_within_three_months_of_the_preview_leaves_too_early(preview: date) -> None:
    assert admission.may_leave_from(preview) == months_later(preview, 3)


@given(days)
def test_a_discussion_is_late_a_month_after_the_probation(admitted: date) -> None:
    assert admission.conversion_overdue_from(admitted) == months_later(admission.probation_ends(admitted), 1)
