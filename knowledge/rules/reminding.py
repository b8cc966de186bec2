"""From when on something is brought to mind, and how grave it is then; on which days it is said.

Source: 支部党务规程资料, part 5, whose figures are marks to be reminded by; the spans that a rule sets are the rule's own
(`admission`, `mobile`, `transfer`, `terms`). Nothing is done to anybody because of a light.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.rules.admission import admission_meeting_due, approval_due, talk_due
from knowledge.rules.mobile import next_contact_due, search_begins
from knowledge.rules.owed import Light
from knowledge.rules.terms import stopped_from
from knowledge.rules.working_days import is_working_day, next_working_day, previous_working_day

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
    """The talk with an applicant: yellow after 20 days, red once its month is over. 发展党员工作细则（2026） article 7."""
    return Due(applied + timedelta(days=TALK_DAYS), _after(talk_due(applied)))


def review_of_activist(last: date) -> Due:
    """The next review of an activist: yellow when the last is more than 180 days ago, never red."""
    return Due(_after(last + timedelta(days=REVIEW_DAYS)))


def meeting_after_consent(preview_passed: date) -> Due:
    """The general meeting after the committee's consent: yellow after 25 days, red once its month is over. Article 19."""
    return Due(preview_passed + timedelta(days=MEETING_DAYS), _after(admission_meeting_due(preview_passed)))


def decision_of_committee(meeting: date) -> Due:
    """The committee's decision on an admission: yellow after 75 days, red once its three months are over. Article 25."""
    return Due(meeting + timedelta(days=APPROVAL_DAYS), _after(approval_due(meeting)[0]))


def discussion_of_probation(probation_end: date) -> Due:
    """The discussion at the end of a probation: yellow 30 days before, red once it is over. Article 32."""
    return Due(probation_end - timedelta(days=CONVERSION_DAYS), _after(probation_end))


def contact_with_member_away(contacted: date) -> Due:
    """The next contact with a member away: yellow after 90 days, red after 180, when the search begins."""
    return Due(_after(next_contact_due(contacted)), _after(search_begins(contacted)))


def decision_on_lost_member(lost: date) -> Due:
    """When it has to be decided by people what becomes of somebody lost for half a year; nothing follows by itself.

    Source: 党员教育管理工作条例（2019） article 24.
    """
    return Due(stopped_from(lost))


def term_mark(ends: date, day: date) -> int | None:
    """Which of the days before the end of a term has come: 180, 90, 30 or 0; None when it is further off."""
    left = (ends - day).days
    return min((mark for mark in BEFORE_A_TERM_ENDS if left <= mark), default=None)


def is_said_on(day: date, marks: Iterable[date], *, begun: date | None = None, every: int = 0) -> bool:
    """Whether a day is one on which something is said: it, or a day off right before it, is one of the marks, or so
    many days (or twice, three times as many …) after it began, the beginning included.

    Nothing is said on a day that is none on which people work.
    """
    if not is_working_day(day):
        return False
    first = _after(previous_working_day(day))
    days = {first + timedelta(days=step) for step in range((day - first).days + 1)}
    if days & set(marks):
        return True
    return begun is not None and any(one >= begun and _is_round(one, begun, every) for one in days)


def _is_round(day: date, begun: date, every: int) -> bool:
    return day == begun or (every > 0 and (day - begun).days % every == 0)


def put_off_until(day: date) -> date:
    """From when on something that was put off is said again: the third working day after."""
    for _ in range(PUT_OFF):
        day = next_working_day(day)
    return day

