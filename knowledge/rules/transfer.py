"""Moving a membership (组织关系转接): how long a letter holds, and how far dues are paid.

Sources: 党员教育管理工作条例（2019） article 25; the notes on letters of introduction, whose number is not certain.
"""

from datetime import date, timedelta

from knowledge.rules.periods import months_later

LONGEST_LETTER = 90
"""Days: the longest that a letter of introduction may hold, which is three months."""


def letter_expires(issued: date, days: int) -> date:
    """The last day of a letter that holds for so many days, the day of issue counted as the first.

    Never later than three months after the issue. ValueError unless it is 1 to 90 days.
    """
    if not 1 <= days <= LONGEST_LETTER:
        raise ValueError(f"a letter for {days} days")
    return issued + timedelta(days=days - 1)


def month_begins(day: date) -> date:
    """The first day of the month: dues are to be paid up to some day of the month of leaving."""
    return day.replace(day=1)


def month_paid_until(month: int, day: date) -> date:
    """The last day of a month that was named without its year: the one nearest to a day, at most half a year ahead.

    ValueError unless it is a month.
    """
    if not 1 <= month <= 12:
        raise ValueError(f"month {month}")
    away = (month - day.month) % 12
    return months_later(month_begins(day), (away if away <= 6 else away - 12) + 1) - timedelta(days=1)
