"""Spans of months and years as rules count them: by the calendar, never by thirty days."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day so many months later (earlier for a negative count), or the last day of a shorter month.

    31 January and one month is the end of February: 支部党务规程资料 §0.4, where the articles are silent.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes the 28th."""
    return months_later(day, 12 * years)


def whole_years_between(first: date, last: date) -> int:
    """How many full years have passed from one day to another; 0 when the last is before the first."""
    years = last.year - first.year
    return max(0, years - (years_later(first, years) > last)) if years > 0 else 0
