"""How often a branch meets: by when the next time is, and in which season.

Sources: 支部工作条例（试行）（2018） articles 11–13, 16, 17 and, for appraisals, the yearly notices; see each function.
"""

from datetime import date, timedelta

from knowledge.rules.periods import months_later


def last_day_of_month(day: date) -> date:
    """The last day of a day's month."""
    return months_later(day.replace(day=1), 1) - timedelta(days=1)


def last_day_of_quarter(day: date) -> date:
    """The last day of a day's quarter."""
    return last_day_of_month(day.replace(day=1, month=(day.month - 1) // 3 * 3 + 3))


def next_general_meeting_due(held: date) -> date:
    """By when the next general meeting is held: in the next quarter, as a rule one a quarter. Article 11."""
    return last_day_of_quarter(last_day_of_quarter(held) + timedelta(days=1))


def next_monthly_meeting_due(held: date) -> date:
    """By when a committee or a group meets again: in the next month, as a rule once a month. Articles 12, 13."""
    return last_day_of_month(months_later(held, 1))


def next_theme_day(day: date) -> date:
    """The next month's theme day: the same day, for it is one day a month that hardly moves. Article 16."""
    return months_later(day, 1)


def next_lecture_due(held: date) -> date:
    """By when many committees ask for the next lecture: in the next quarter.

    The regulation names no number (article 16): a wish of the level above, never a rule.
    """
    return next_general_meeting_due(held)


def is_in_fourth_quarter(day: date) -> bool:
    """Whether a day is in the quarter in which a criticism meeting is held as a rule. Article 17."""
    return day.month >= 10


def is_appraisal_season(day: date) -> bool:
    """Whether members are as a rule appraised on such a day: in the fourth quarter, or the first for the year before.

    Source: the yearly notices of the Central Organization Department.
    """
    return day.month >= 10 or day.month <= 3


def is_year_appraised(year: int, day: date) -> bool:
    """Whether an appraisal on a day can be for a year: that year, or early in the next."""
    return year == day.year or (year == day.year - 1 and day.month <= 6)


def days_earlier(day: date, days: int) -> date:
    """So many days before a day: by when people are told of a meeting. How many is custom, not a rule."""
    return day - timedelta(days=days)


def is_one_to_twenty_eight(day: date) -> bool:
    """Whether every month has such a day, so that it can be fixed."""
    return day.day <= 28
