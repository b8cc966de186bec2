"""When something is brought to mind: at the borders of each span, and only on days on which people work."""

from datetime import date, timedelta
from random import Random

import pytest

from knowledge.rules.owed import Light
from knowledge.rules.reminding import (
    Due,
    contact_with_member_away,
    decision_of_committee,
    decision_on_lost_member,
    decision_two_years_after_stopping,
    discussion_of_probation,
    is_to_be_said,
    meeting_after_consent,
    put_off_until,
    review_of_activist,
    talk_with_applicant,
    term_mark,
)
from knowledge.rules.working_days import is_working_day

START = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("due", "yellow", "red"),
    [
        (talk_with_applicant(START), date(2026, 3, 30), date(2026, 4, 11)),
        (review_of_activist(START), date(2026, 9, 7), None),
        (meeting_after_consent(START), date(2026, 4, 4), date(2026, 4, 11)),
        (decision_of_committee(START), date(2026, 5, 24), date(2026, 6, 11)),
        (discussion_of_probation(START), date(2026, 2, 8), date(2026, 3, 11)),
        (contact_with_member_away(START), date(2026, 6, 9), date(2026, 9, 7)),
        (decision_on_lost_member(START), date(2026, 9, 10), None),
        (decision_two_years_after_stopping(START), date(2028, 3, 10), None),
    ],
)
def test_each_span_is_yellow_and_red_from_its_day_on(due: Due, yellow: date, red: date | None) -> None:
    day = timedelta(days=1)
    assert due.on(yellow - day) is None
    assert due.on(yellow) == (Light.YELLOW, yellow)
    if red is None:
        assert due.on(yellow + 1000 * day) == (Light.YELLOW, yellow)
    else:
        assert due.on(red - day) == (Light.YELLOW, yellow)
        assert due.on(red) == (Light.RED, red)


def last_day_after(start: date, months: int) -> date:
    """The same day of a later month, or its last day, by going through the days."""
    month, day = start, start
    for _ in range(months):
        month = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    day = month
    while day.day < start.day and (day + timedelta(days=1)).month == month.month:
        day += timedelta(days=1)
    return day


def test_on_every_day_of_four_years_spans_are_those_of_the_calendar() -> None:
    day = timedelta(days=1)
    for start in (date(2023, 11, 1) + step * day for step in range(1500)):
        month, three, six = (last_day_after(start, months) for months in (1, 3, 6))
        assert talk_with_applicant(start) == Due(start + 20 * day, month + day), start
        assert meeting_after_consent(start) == Due(start + 25 * day, month + day), start
        assert decision_of_committee(start) == Due(start + 75 * day, three + day), start
        assert decision_on_lost_member(start) == Due(six), start
        assert decision_two_years_after_stopping(start) == Due(last_day_after(start, 24)), start
        assert review_of_activist(start) == Due(start + 181 * day), start
        assert contact_with_member_away(start) == Due(start + 91 * day, start + 181 * day), start
        assert discussion_of_probation(start) == Due(start - 30 * day, start + day), start


def test_each_mark_is_said_once_on_the_first_day_that_somebody_speaks() -> None:
    random, day = Random(5), timedelta(days=1)
    for _ in range(300):
        days = [START + step * day for step in range(120)]
        spoken = sorted(random.sample(days, random.randint(5, 100)))
        marks = random.sample(days, random.randint(0, 4))
        begun, every = random.choice([None, *days]), random.choice([0, 7, 14])
        said = []
        for last, today in zip([START - day, *spoken[:-1]], spoken, strict=True):
            if is_to_be_said(today, marks, after=last, begun=begun, every=every):
                said.append(today)
        again = range(120 if every else 1)
        wanted = [*marks, *(begun + step * every * day for step in again)] if begun else marks
        expected = {min((one for one in spoken if one >= mark), default=None) for mark in wanted}
        assert said == sorted(one for one in expected if one)


@pytest.mark.parametrize(
    ("left", "mark"), [(181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (1, 30), (0, 0), (-400, 0)]
)
def test_the_end_of_a_term_has_four_days_before_it(left: int, mark: int | None) -> None:
    assert term_mark(START + timedelta(days=left), START) == mark


def said_days(start: date, days: int, *marks: date, **more: object) -> list[date]:
    """On which days something is said, when somebody speaks every working day."""
    found, last = [], start - timedelta(days=1)
    for day in (start + timedelta(days=step) for step in range(days)):
        if is_working_day(day):
            if is_to_be_said(day, marks, after=last, **more):  # type: ignore[arg-type]
                found.append(day)
            last = day
    return found


def test_what_falls_on_days_off_is_said_on_the_next_working_day_and_once() -> None:
    assert said_days(date(2026, 11, 23), 20, date(2026, 11, 28)) == [date(2026, 11, 30)]
    assert said_days(date(2026, 9, 25), 30, date(2026, 10, 2), date(2026, 10, 3)) == [date(2026, 10, 8)]


def test_a_sunday_that_is_worked_is_a_day_to_speak_on() -> None:
    assert said_days(date(2026, 9, 14), 20, date(2026, 9, 20)) == [date(2026, 9, 20)]


def test_what_goes_on_is_said_again_in_its_rhythm() -> None:
    begun = date(2026, 11, 24)
    assert said_days(date(2026, 11, 2), 60, begun=begun, every=14) == [begun, date(2026, 12, 8), date(2026, 12, 22)]
    assert said_days(date(2026, 11, 2), 60, begun=begun) == [begun]
    assert said_days(date(2026, 11, 2), 20, begun=begun, every=7) == []


def test_what_came_while_nobody_spoke_is_said_once_afterwards() -> None:
    begun, today = date(2026, 11, 2), date(2026, 11, 25)
    assert is_to_be_said(today, [begun], after=date(2026, 10, 30))
    assert is_to_be_said(today, (), after=date(2026, 11, 22), begun=begun, every=7)
    assert not is_to_be_said(today, (), after=date(2026, 11, 23), begun=begun, every=7)


def test_three_working_days_later_skips_days_off() -> None:
    assert put_off_until(date(2026, 11, 24)) == date(2026, 11, 27)
    assert put_off_until(date(2026, 11, 26)) == date(2026, 12, 1)
    assert put_off_until(date(2026, 9, 29)) == date(2026, 10, 9)
