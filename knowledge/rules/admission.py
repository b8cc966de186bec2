"""The dates of admission to the Party (发展党员): what may come when, and what must be done by when.

Every function takes the day on which a span begins and counts by the calendar (`months_later`).
Sources: 发展党员工作细则 as revised in May 2026 (the article numbers) and as of 2014 where it had the same rule.
"""

from datetime import date

from knowledge.rules.periods import months_later, years_later
from knowledge.rules.working_days import nth_working_day

NOTICE_DAYS = 5
"""Working days that a 公示 takes at least."""


def may_apply_from(born: date) -> date:
    """The eighteenth birthday. Article 5."""
    return years_later(born, 18)


def talk_due(applied: date) -> date:
    """The last day for the talk with an applicant: a month after the application came. Article 7."""
    return months_later(applied, 1)


def earliest_candidate_date(activist_since: date) -> date:
    """The first day on which an activist may become a candidate (发展对象): a year of education later. Article 13."""
    return years_later(activist_since, 1)


def next_review_due(reviewed: date) -> date:
    """The last day for the next review of an activist: half a year after the last. Article 11."""
    return months_later(reviewed, 6)


def notice_ends(first: date) -> date:
    """The last day of a 公示 of five working days that begins on `first`. Article 13 (2026); see `is_provisional`."""
    return nth_working_day(first, NOTICE_DAYS)


def admission_meeting_due(preview_passed: date) -> date:
    """The last day for the general meeting: a month after the committee above agreed. Article 19 (2026)."""
    return months_later(preview_passed, 1)


def approval_due(meeting: date) -> tuple[date, date]:
    """By when the committee above decides, as a rule and at the very latest: three months, six for special reasons.

    The article does not say from when; counted from the meeting, which is the earlier and stricter. Article 25.
    """
    return months_later(meeting, 3), months_later(meeting, 6)


def probation_ends(admitted: date) -> date:
    """A year after the general meeting that admitted a probationary member. Article 31."""
    return years_later(admitted, 1)


def extension_range(probation_end: date) -> tuple[date, date]:
    """From when to when a probation that is extended may end: half a year to a year, once. Article 31."""
    return months_later(probation_end, 6), months_later(probation_end, 12)


def full_approval_due(meeting: date) -> date:
    """By when the committee above decides on full membership: three months. Article 33."""
    return months_later(meeting, 3)
