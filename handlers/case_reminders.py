"""What is due in cases, in the committee's term of office, and for members on probation whom no case is about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.case_work import Work, branches_of, work_from
from handlers.messages import Button
from handlers.reminders import EVERY, Item, Looked
from knowledge.procedure.standing import Place, reminder_days
from knowledge.rules.admission import probation_ends
from knowledge.rules.owed import Light
from knowledge.rules.reminding import (
    BEFORE_A_TERM_ENDS,
    Due,
    contact_with_member_away,
    decision_of_committee,
    decision_on_lost_member,
    decision_two_years_after_stopping,
    discussion_of_probation,
    meeting_after_consent,
    review_of_activist,
    talk_with_applicant,
    term_mark,
)
from storage.case_steps import steps_of
from storage.cases import CaseView, cases_to_remind, terms_ending
from storage.models import OrganizationKind
from storage.reminders import probations

ADMISSION, ELECTION = "admission", "election"
AHEAD = timedelta(days=3)
"""A case is looked at so many days before the day that it was noted for: months are not all of one length."""
NEAR = 3
"""Days within which two marks are one."""
OVER = timedelta(days=3650)
"""How long after its end a term is still spoken of, while nobody has been elected."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A step that has a line of its own in the table of reminders: from which fact its days are reckoned, the newest
    that is known, and how it is spoken of where not as other steps."""

    due: Callable[[date], Due]
    facts: tuple[str, ...]
    key: str = "step"


RULED = {
    (ADMISSION, "talk"): Ruled(talk_with_applicant, ("application.received_on",)),
    (ADMISSION, "cultivation"): Ruled(review_of_activist, ("cultivation.reviewed_on", "activist.decided_on")),
    (ADMISSION, "admission_meeting"): Ruled(meeting_after_consent, ("prereview.passed_on",)),
    (ADMISSION, "approval"): Ruled(decision_of_committee, ("admission_meeting.held_on",)),
    (ADMISSION, "conversion_meeting"): Ruled(discussion_of_probation, ("admission_meeting.probation_end",)),
    (ADMISSION, "full_approval"): Ruled(decision_of_committee, ("conversion_meeting.held_on",)),
    (ADMISSION, "second_meeting"): Ruled(discussion_of_probation, ("conversion_meeting.extended_until",)),
    (ADMISSION, "second_approval"): Ruled(decision_of_committee, ("second_meeting.held_on",)),
    ("mobile-member", "contact"): Ruled(
        contact_with_member_away, ("contact.contacted_on", "register.registered_on"), "contact"
    ),
    ("mobile-member", "search"): Ruled(decision_on_lost_member, ("search.lost_on",), "lost"),
    ("stopped-membership", "review"): Ruled(decision_two_years_after_stopping, ("decision.decided_on",), "stopped"),
}


async def case_items(looked: Looked) -> list[Item]:
    """Every open step about which there is something to say, of all cases of these branches; also of those that have
    become part of them. The number of statements does not depend on how many there are."""
    last = max((looked.today(one.timezone) for one in looked.branches), default=looked.now.date())
    due = await cases_to_remind(looked.session, last + AHEAD, list(looked.keepers))
    due = [one for one in due if one.procedure in looked.procedures]
    steps = await steps_of(looked.session, [one.id for one in due])
    branches = await branches_of(looked.session, {one.organization_id for one in due})
    found = []
    for one in due:
        work = work_from(
            looked.procedures, looked.today(one.timezone), one, branches[one.organization_id], steps[one.id]
        )
        for place in (*work.standing.open, *work.standing.early):
            if (item := _item(looked, one, work, place)) is not None:
                found.append(item)
    return found


def _item(looked: Looked, case: CaseView, work: Work, place: Place) -> Item | None:
    today, latest, marks = work.today, place.latest, reminder_days(place)
    ruled = RULED.get((case.procedure, place.step.id))
    due = _ruled(ruled, work, place) if ruled else None
    key = ruled.key if ruled and due else "step"
    if due is not None:
        over = latest and latest + timedelta(days=1)  # which is another day than the table's, or the same
        marks = {day for day in marks if abs((day - due.yellow).days) > NEAR and day != over} | {due.yellow}
        marks |= {due.red} if due.red else set()
    elif latest is not None:
        due = Due(min(marks), latest + timedelta(days=1))
    stands = due.on(today) if due else None
    if stands is None and not any(day <= today for day in marks):
        return None
    light, begun = stands or (Light.NONE, max(day for day in marks if day <= today))
    anchor = latest or (place.limits.earliest.day if place.limits.earliest else case.started_on)
    words = looked.texts.say(
        "case_reminders",
        key,
        title=case.title,
        step=place.step.title,
        latest=latest,
        over=(today - latest).days if latest else 0,
        earliest=place.limits.earliest.day if place.limits.earliest else None,
        red=light is Light.RED,
        today=today,
    )
    return Item(
        key=f"case:{case.id}:{place.step.id}:{anchor}",
        people=looked.keepers.get(case.organization_id, ()),
        light=light,
        begun=begun,
        label=looked.texts.say("case_reminders", "label", title=case.title, step=place.step.title),
        words=words,
        buttons=(Button(looked.texts.say("case_reminders", "open"), f"case.{case.id}"),),
        marks=tuple(sorted(marks)),
        every=EVERY[light] if ruled or light is Light.RED else 0,
        of=case.organization_name,
    )


def _ruled(ruled: Ruled, work: Work, place: Place) -> Due | None:
    """From when on a step is due by its line of the table; None where that does not hold for this case."""
    if ruled.due is meeting_after_consent and place.latest is None:
        return None  # by the rules of 2014 the meeting had no last day
    for name in ruled.facts:
        if isinstance(day := work.facts.get(name, place.step.id), date):
            return ruled.due(day)
    return None


async def term_items(looked: Looked) -> list[Item]:
    """An election, for branches whose committee's term ends within half a year or is over; each of the days before is
    an occurrence of its own, so that who has answered one is reminded at the next."""
    today = looked.now.date()
    ids = [one.id for one in looked.branches]
    found = []
    for one in await terms_ending(
        looked.session, today - OVER, today + timedelta(days=BEFORE_A_TERM_ENDS[0] + 1), among=ids
    ):
        day = looked.today(one.timezone)
        mark = term_mark(one.term_ends, day)
        if mark is None:
            continue
        left = (one.term_ends - day).days
        begun = one.term_ends - timedelta(days=mark) if left >= 0 else one.term_ends + timedelta(days=1)
        light = Light.YELLOW if left >= 0 else Light.RED
        found.append(
            Item(
                key=f"term:{one.organization_id}:{one.term_ends}:{mark if left >= 0 else 'over'}",
                people=looked.keepers.get(one.organization_id, ()),
                light=light,
                begun=begun,
                label=looked.texts.say("case_reminders", "term_label"),
                words=looked.texts.say("case_reminders", "term", day=one.term_ends, left=left, today=day),
                buttons=(Button(looked.texts.title("start_case"), f"start_case.{ELECTION}"),),
                marks=(begun,),
                every=EVERY[light] if light is Light.RED else 0,
                of=one.organization_name,
            )
        )
    return found


async def probation_items(looked: Looked) -> list[Item]:
    """The end of a probation that is known from the roster alone, where no case of it is kept here."""
    branches = {one.id: one for one in looked.branches if one.kind is OrganizationKind.BRANCH}
    found = []
    for one in await probations(looked.session, list(branches), ADMISSION):
        branch = branches[one.organization_id]
        ends = probation_ends(one.since)
        due = discussion_of_probation(ends)
        today = looked.today(branch.timezone)
        stands = due.on(today)
        if stands is None:
            continue
        light, begun = stands
        found.append(
            Item(
                key=f"probation:{one.person_id}:{ends}",
                people=looked.keepers.get(branch.id, ()),
                light=light,
                begun=begun,
                label=looked.texts.say("case_reminders", "probation_label", name=one.name),
                words=looked.texts.say(
                    "case_reminders", "probation", name=one.name, day=ends, red=light is Light.RED, today=today
                ),
                buttons=(Button(looked.texts.title("start_case"), f"start_case.{ADMISSION}"),),
                marks=(begun,),
                every=EVERY[light],
                of=branch.name,
            )
        )
    return found
