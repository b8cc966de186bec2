"""When something is brought to mind: at the borders of each span, and only on days on which people work."""

from datetime import date, timedelta

import pytest

from knowledge.rules.owed import Light
from knowledge.rules.reminding import (
    Due,
    contact_with_member_away,
    decision_of_committee,
    decision_on_lost_member,
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
