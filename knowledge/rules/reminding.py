"""From when on something is brought to mind, and how grave it is then; on which days it is said.

Source: 支部党务规程资料, part 5, whose figures are marks to be reminded by; the spans that a rule sets are those of
`admission`, `mobile` and `terms`, with their sources. Nothing is done to anybody because of a light.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.rules.admission import admission_meeting_due, approval_due, talk_due
from knowledge.rules.mobile import next_contact_due, search_begins
from knowledge.rules.owed import Light
from knowledge.rules.terms import expelled_from, stopped_from
from knowledge.rules.working_days import next_working_day

TALK_DAYS, REVIEW_DAYS, MEETING_DAYS, APPROVAL_DAYS, CONVERSION_DAYS = 20, 180, 25, 75, 30
"""Days after which it is brought to mind: a talk after the application, a review after the last, the general meeting
after the committee's consent, the committee's decision after the meeting; the last before the end of a probation."""
BEFORE_A_TERM_ENDS = (180, 90, 30, 0)
"""Days before the end of a term on which an election is proposed."""
WEEK, FORTNIGHT = 7, 14
"""How many days later it is said again: what is red, and what is yellow."""
PUT_OFF = 3
"""Working days after which what was put off is said again."""


@dataclass(frozen=True, slots=True)
class Due:
    """From which day on something is a yellow light, and from which a red one, if ever."""

    yellow: date
    red: date | None = None

    def on(self, day: date) -> tuple[Light, date] | None:
        """The light of a day and since when it is that; None before it is due."""
        if self.red is not None and day >= self.red:
            return Light.RED, self.red
        return (Light.YELLOW, self.yellow) if day >= self.yellow else None


def _after(day: date) -> date:
    return day + timedelta(days=1)


def talk_with_applicant(applied: date) -> Due:
    """The talk with an applicant: yellow after 20 days, red once its month is over (`talk_due`)."""
    return Due(applied + timedelta(days=TALK_DAYS), _after(talk_due(applied)))


def review_of_activist(last: date) -> Due:
    """The next review of an activist: yellow when the last is more than 180 days ago, never red."""
    return Due(_after(last + timedelta(days=REVIEW_DAYS)))


def meeting_after_consent(preview_passed: date) -> Due:
    """The general meeting after the committee's consent: yellow after 25 days, red once a month is over."""
    return Due(preview_passed + timedelta(days=MEETING_DAYS), _after(admission_meeting_due(preview_passed)))


def decision_of_committee(meeting: date) -> Due:
    """The committee's decision on an admission or on full membership: yellow after 75 days, red once three months are
    over."""
    return Due(meeting + timedelta(days=APPROVAL_DAYS), _after(approval_due(meeting)[0]))


def discussion_of_probation(probation_end: date) -> Due:
    """The discussion at the end of a probation: yellow 30 days before, red once it is over."""
    return Due(probation_end - timedelta(days=CONVERSION_DAYS), _after(probation_end))


def contact_with_member_away(contacted: date) -> Due:
    """The next contact with a member away: yellow after 90 days, red after 180, when the search begins."""
    return Due(_after(next_contact_due(contacted)), _after(search_begins(contacted)))


def decision_on_lost_member(lost: date) -> Due:
    """When it has to be decided by people what becomes of somebody lost for half a year; nothing follows by itself.

    Source: 党员教育管理工作条例（2019） article 24.
    """
    return Due(stopped_from(lost))


def decision_two_years_after_stopping(stopped: date) -> Due:
    """When people look again for somebody whose membership was stopped two years ago; nothing follows by itself.

    Source: 党员教育管理工作条例（2019） article 24.
    """
    return Due(expelled_from(stopped))


def term_mark(ends: date, day: date) -> int | None:
    """Which of the days before the end of a term has come: 180, 90, 30 or 0; None when it is further off."""
    left = (ends - day).days
    return min((mark for mark in BEFORE_A_TERM_ENDS if left <= mark), default=None)


def is_to_be_said(
    today: date, marks: Iterable[date], *, after: date, begun: date | None = None, every: int = 0
) -> bool:
    """Whether something is said today, when the last time that anything was said was the day `after`: since then one of
    its marks has come, or so many days (or twice, three times as many …) since it began, the beginning included.

    So what falls on days off is said on the next day on which people are spoken to, once.
    """
    if any(after < mark <= today for mark in marks):
        return True
    if begun is None or begun > today:
        return False
    if begun > after:
        return True
    return every > 0 and (today - begun).days // every > (after - begun).days // every


def put_off_until(day: date) -> date:
    """From when on something that was put off is said again: the third working day after."""
    for _ in range(PUT_OFF):
        day = next_working_day(day)
    return day
