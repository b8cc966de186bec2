"""The dates of admission to the Party (发展党员): what may come when, and what must be done by when.

Every function takes the day on which a span begins and counts by the calendar (`months_later`).
Sources: 发展党员工作细则 as revised in May 2026 (the article numbers) and as of 2014 where it had the same rule.
Votes are counted of full members who are expected (应到); probationary members are in none of the figures.
"""

from collections.abc import Sequence
from datetime import date

from knowledge.rules.periods import months_later, whole_years_between, years_later
from knowledge.rules.working_days import is_provisional, nth_working_day

NOTICE_DAYS = 5
"""Working days that a 公示 takes at least."""

REVISED_ON = date(2026, 5, 11)
"""From this day on steps are held to the revised rule: the day it was issued, as far as is known at second hand."""

TRAINING_DAYS, TRAINING_HOURS = 3, 24
"""What the short training of a candidate takes at least, either of them. Article 17."""

LEAGUE_AGE = 28
"""Up to which age a young person is as a rule recommended by the Youth League. A practice, no article."""


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


def is_recommended_as_usual(born: date, decided: date, way: str) -> bool:
    """Whether a young person comes from the League; whoever is older than 28 may come from either.

    `way` is "league" or "members". Source: a practice and the League's own rules, no article.
    """
    return way == "league" or whole_years_between(born, decided) > LEAGUE_AGE


def review_due(activist_since: date, reviews: Sequence[date]) -> date:
    """The last day for the newest of some reviews: half a year after the one before it, or after the beginning.

    The newest is the last of the list. Raises ValueError for none. Article 11.
    """
    if not reviews:
        raise ValueError("no review")
    return next_review_due(max((day for day in reviews[:-1] if day < reviews[-1]), default=activist_since))


def notice_is_required(decided: date) -> bool:
    """Whether a candidate decided on that day has to be announced: since the revision of 2026. Article 13."""
    return decided >= REVISED_ON


def is_calendar_known(first: date) -> bool:
    """Whether the holidays of a 公示 that begins on `first` are published, so that its end is certain."""
    return not (is_provisional(first.year) or is_provisional(notice_ends(first).year))


def is_trained_by_hours(hours: int) -> bool:
    """Whether the hours of a candidate's training alone are enough: 24. Article 17."""
    return hours >= TRAINING_HOURS


def is_trained(hours: int, days: int) -> bool:
    """Whether a candidate's training was long enough: 24 hours or three days. Article 17."""
    return is_trained_by_hours(hours) or days >= TRAINING_DAYS


def may_leave_from(preview: date) -> date:
    """The first day on which somebody may leave the place and still, as a rule, be admitted there: three months later.

    Source: 发展党员工作细则（2014） article 19.
    """
    return months_later(preview, 3)


def approval_usually_due(meeting: date) -> date:
    """The last day of the committee above without special reasons: the first of `approval_due`. Article 25."""
    return approval_due(meeting)[0]


def approval_at_the_latest(meeting: date) -> date:
    """The last day of the committee above for special reasons: the second of `approval_due`. Article 25."""
    return approval_due(meeting)[1]


def request_expected_from(admitted: date) -> date:
    """A month before the probation ends, when the written request is usually handed in. A practice, no article."""
    return months_later(probation_ends(admitted), -1)


def conversion_overdue_from(admitted: date) -> date:
    """A month after the probation ended, when its discussion is late in most places. A practice; the rule says 及时."""
    return months_later(probation_ends(admitted), 1)


def next_probation_review_due(reviewed: date) -> date:
    """When a probationary member is looked at again: half a year later. A practice; no article names a span."""
    return months_later(reviewed, 6)


def is_extension_allowed(months: int) -> bool:
    """Whether a probation may be extended by so many months: six to twelve. Article 31."""
    return 6 <= months <= 12


def extended_probation_ends(admitted: date, months: int) -> date:
    """The end of a probation that was extended by so many months, counted from its first end. Article 31."""
    return months_later(probation_ends(admitted), months)


def postponed_until(admitted: date) -> date:
    """How long the discussion of a probationary member who moved in may be put off: half a year. Second-hand."""
    return months_later(probation_ends(admitted), 6)


def votes_cast(present: int, written: int = 0) -> int:
    """How many votes there can be: one of everybody present and of everybody who wrote before the meeting.

    Raises ValueError for a negative count.
    """
    if present < 0 or written < 0:
        raise ValueError(f"{present} present, {written} in writing")
    return present + written


def votes_left(present: int, written: int, in_favour: int, against: int = 0) -> int:
    """The votes that are neither for nor against.

    Raises ValueError when there are more votes than voters.
    """
    left = votes_cast(present, written) - in_favour - against
    if left < 0:
        raise ValueError(f"{in_favour} and {against} of {present} and {written}")
    return left


def is_unanimous(present: int, written: int, in_favour: int) -> bool:
    """Whether all votes are in favour; ValueError when there are more."""
    return votes_left(present, written, in_favour) == 0


def absent_of(eligible: int, present: int) -> int:
    """How many of those expected did not come; ValueError when more came than are expected."""
    if not 0 <= present <= eligible:
        raise ValueError(f"{present} of {eligible}")
    return eligible - present


def is_complete(eligible: int, present: int) -> bool:
    """Whether everybody expected came; ValueError when more came."""
    return absent_of(eligible, present) == 0
