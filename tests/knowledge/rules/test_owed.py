"""What a branch owes on a day, and when it is a yellow or a red light: 支部党务规程资料, part 5."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.customs import Every, agreed, newest_periods, period_code, period_words
from knowledge.rules.owed import Light, Standing, period_of, standing, standing_of_the_year

LONG_AGO = date(2020, 1, 1)


def light(day: str, *held: str, months: int, since: date = LONG_AGO, red: bool = False, **more: int) -> Light:
    days = [date.fromisoformat(one) for one in held]
    return standing(days, date.fromisoformat(day), months=months, since=since, red=red, **more).light


def test_a_general_meeting_that_is_missing_is_yellow_in_the_last_fifteen_days_of_the_quarter() -> None:
    assert light("2026-12-16", "2026-09-30", months=3, red=True) is Light.NONE
    assert light("2026-12-17", "2026-09-30", months=3, red=True) is Light.YELLOW
    assert light("2026-12-31", "2026-09-30", months=3, red=True) is Light.YELLOW
    assert light("2026-12-31", "2026-09-30", "2026-10-01", months=3, red=True) is Light.NONE


def test_a_quarter_that_was_missed_is_red_until_there_is_a_meeting_again() -> None:
    assert light("2027-01-01", "2026-09-30", months=3, red=True) is Light.RED
    assert light("2027-03-31", "2026-09-30", months=3, red=True) is Light.RED
    assert light("2027-01-20", "2026-09-30", "2027-01-20", months=3, red=True) is Light.NONE
    found = standing([], date(2027, 1, 1), months=3, since=LONG_AGO, red=True)
    assert found == Standing(date(2027, 1, 1), date(2027, 3, 31), 0, Light.RED, date(2026, 10, 1))


def test_what_was_not_recorded_yet_cannot_have_been_missed() -> None:
    assert light("2027-01-01", months=3, red=True, since=date(2026, 10, 2)) is Light.NONE
    assert light("2027-01-01", months=3, red=True, since=date(2026, 10, 1)) is Light.RED


def test_more_than_ninety_days_without_a_general_meeting_are_yellow_in_the_middle_of_a_quarter() -> None:
    assert light("2026-11-29", "2026-08-31", months=3, quiet_days=90) is Light.NONE
    assert light("2026-11-30", "2026-08-31", months=3, quiet_days=90) is Light.YELLOW
    assert light("2026-11-30", months=3, quiet_days=90) is Light.NONE, "nothing is known of the time before"


def test_a_committee_meeting_is_yellow_from_the_25th_and_red_after_its_month() -> None:
    assert light("2026-11-24", "2026-10-31", months=1, red=True) is Light.NONE
    assert light("2026-11-25", "2026-10-31", months=1, red=True) is Light.YELLOW
    assert light("2026-12-01", "2026-10-31", months=1, red=True) is Light.RED
    assert light("2026-12-01", "2026-10-31", months=1) is Light.NONE, "a group's meeting never is"


@pytest.mark.parametrize(("fixed", "yellow"), [(20, 23), (28, 31), (1, 4)])
def test_a_theme_day_is_missed_three_days_after_its_day(fixed: int, yellow: int) -> None:
    at = date(2026, 10, yellow)
    assert standing([], at, months=1, since=LONG_AGO, warn_day=fixed + 3).light is Light.YELLOW
    before = at - timedelta(days=1)
    assert standing([], before, months=1, since=LONG_AGO, warn_day=fixed + 3).light is Light.NONE


def test_a_theme_day_at_the_end_of_a_short_month_is_missed_on_its_last_day() -> None:
    assert light("2027-02-28", months=1, warn_day=31) is Light.YELLOW
    assert light("2027-02-27", months=1, warn_day=31) is Light.NONE


def yearly(day: str, *held: str, since: date = LONG_AGO, red: bool = True) -> Standing:
    days = [date.fromisoformat(one) for one in held]
    return standing_of_the_year(days, date.fromisoformat(day), since=since, red=red)


def test_a_criticism_meeting_is_yellow_from_the_middle_of_december_and_red_after_march() -> None:
    last = "2025-11-20"
    assert yearly("2026-12-14", last).light is Light.NONE
    assert yearly("2026-12-15", last).light is Light.YELLOW
    assert yearly("2027-01-01", last) == Standing(
        date(2026, 1, 1), date(2026, 12, 31), 0, Light.YELLOW, date(2026, 1, 1)
    )
    assert yearly("2027-03-31", last).light is Light.YELLOW
    assert yearly("2027-04-01", last).light is Light.RED
    assert yearly("2027-04-01", last, red=False).light is Light.NONE


def test_an_early_criticism_meeting_is_for_the_year_before_unless_that_has_its_own() -> None:
    made_up = yearly("2027-02-10", "2025-11-20", "2027-02-09")
    assert (made_up.count, made_up.first, made_up.light) == (0, date(2027, 1, 1), Light.NONE)
    own = yearly("2027-02-10", "2026-11-20", "2027-02-09")
    assert (own.count, own.first) == (1, date(2027, 1, 1))
    assert yearly("2027-12-20", "2025-11-20", "2027-02-09").light is Light.YELLOW, "one is not counted twice"


def test_a_year_that_was_missed_is_over_once_the_next_is_held() -> None:
    assert yearly("2027-06-01", "2025-11-20", "2027-05-01").light is Light.NONE
    assert yearly("2027-04-01", since=date(2026, 10, 2)).light is Light.NONE


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from([1, 3, 6, 12]))
def test_periods_follow_one_another_without_a_gap(day: date, months: int) -> None:
    first, last = period_of(day, months)
    assert first <= day <= last
    assert period_of(last + timedelta(days=1), months)[0] == last + timedelta(days=1)
    assert period_of(first, months) == period_of(last, months) == (first, last)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from(list(Every)))
def test_each_period_has_a_name_of_its_own(day: date, every: Every) -> None:
    first, last = period_of(day, every.months or 3)
    assert period_code(first, every) == period_code(last, every) == period_code(day, every)
    newest = newest_periods(day, every, 5)
    assert len({period_words(code) for code in newest}) == 5
    assert newest[0] == period_code(day, every)
    assert newest == sorted(newest, reverse=True)


def test_periods_are_said_as_people_say_them() -> None:
    day = date(2026, 11, 3)
    assert [period_words(period_code(day, every)) for every in Every] == [
        "2026年11月",
        "2026年第四季度",
        "2026年下半年",
        "2026年",
        "2026年第四季度",
    ]
    assert period_words("2026-03-05") == "2026年3月5日"
    assert period_words("") == ""


def test_of_several_wishes_the_strictest_holds() -> None:
    assert agreed([]) is Every.QUARTER
    assert agreed([Every.YEAR]) is Every.YEAR
    assert agreed([Every.NEVER, Every.YEAR]) is Every.YEAR
    assert agreed([Every.QUARTER, Every.NEVER, Every.MONTH]) is Every.MONTH
    assert agreed([Every.NEVER]) is Every.NEVER


@pytest.mark.parametrize("red", [True, False])
@pytest.mark.parametrize("months", [1, 3, 12])
def test_it_is_known_since_when_a_light_is_what_it_is(months: int, red: bool) -> None:
    held = [date(2026, 2, 10), date(2026, 6, 30)]
    begun: dict[date, Light] = {}
    for step in range(420):
        today = date(2026, 7, 1) + timedelta(days=step)
        found = standing(held, today, months=months, since=LONG_AGO, red=red, quiet_days=90 if months == 3 else 0)
        if found.light is Light.NONE:
            assert found.since is None
            begun = {}
            continue
        assert found.since is not None
        assert begun.setdefault(found.since, found.light) is found.light, "one light since one day"
        assert found.since <= today
        before = standing(
            held,
            found.since - timedelta(days=1),
            months=months,
            since=LONG_AGO,
            red=red,
            quiet_days=90 if months == 3 else 0,
        )
        assert (before.light, before.missed, before.first) != (found.light, found.missed, found.first)


@pytest.mark.parametrize("red", [True, False])
def test_it_is_known_since_when_a_year_is_late(red: bool) -> None:
    for step in range(420):
        today = date(2026, 7, 1) + timedelta(days=step)
        found = standing_of_the_year([date(2025, 11, 1)], today, since=LONG_AGO, red=red)
        assert (found.since is None) == (found.light is Light.NONE)
        if found.since is not None:
            there = standing_of_the_year([date(2025, 11, 1)], found.since, since=LONG_AGO, red=red)
            before = standing_of_the_year([date(2025, 11, 1)], found.since - timedelta(days=1), since=LONG_AGO, red=red)
            assert (there.light, there.missed) == (found.light, found.missed)
            assert (before.light, before.missed) != (found.light, found.missed)
