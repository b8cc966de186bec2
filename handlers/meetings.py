"""Meetings from notice to record, as the secretary lives them: convene, open the check-in, watch the count, close."""

from datetime import timedelta

from handlers.dialogue import Choice, Dialogue, Lines, Refused, Role, Text, When, dialogue
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_choice import which_meeting
from handlers.meeting_words import count_words, is_short, meeting_label, minutes_of, quorum_words, record_workbook
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from knowledge.choices import by_pinyin
from knowledge.rules.dates import format_moment
from storage.accounts import reach
from storage.meetings import (
    MeetingView,
    add_meeting,
    attendance_of,
    cancel_meeting,
    close_meeting,
    expected_attendees,
    meeting,
    meetings_of,
    tally,
)
from storage.models import MeetingKind, MeetingState, OrganizationKind
from storage.people import audit

OFFERED = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.COMMITTEE_MEETING,
    MeetingKind.LECTURE,
    MeetingKind.THEME_DAY,
    MeetingKind.CRITICISM_MEETING,
    MeetingKind.APPRAISAL,
)


@dialogue("convene", role=Role.SECRETARY)
async def convene(d: Dialogue) -> None:
    """A secretary convenes a meeting: what, when, where, about what; everyone who should come is told."""
    organization = d.place.organization_id
    if d.place.kind is not OrganizationKind.BRANCH:
        raise Refused("branches_only")
    kind = await d.ask("kind", Choice(MeetingKind, OFFERED))
    expected = await expected_attendees(d.session, organization, kind)
    if not expected:
        raise Refused("nobody_expected", kind=kind)
    starts_at = await d.ask("starts_at", When(after=d.now))
    earlier = await meetings_of(d.session, organization, limit=5)
    places = [past.place for past in earlier][:3]
    place = await d.ask("place", Text(max_length=60, suggestions=places), starts_at=starts_at)
    agenda = await d.ask("agenda", Lines(at_most=20))
    eligible = sum(member.eligible for member in expected)
    words = quorum_words(d.texts, kind, eligible=eligible, agenda=agenda)
    others = [member.person_id for member in expected if member.person_id != d.turn.person_id]
    await d.confirm(count=len(others), eligible=eligible, quorum=words, starts_at=starts_at)
    held = await add_meeting(
        d.session,
        organization_id=organization,
        kind=kind,
        starts_at=starts_at,
        place=place,
        agenda=agenda,
        expected=expected,
        convened_by_id=d.turn.person_id,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, organization, "convene", f"meeting:{held.id}")
    answers = (
        Button(d.texts.say(d.file, "coming_button"), f"coming.{held.id}"),
        Button(d.texts.say(d.file, "leave_button"), f"ask_leave.{held.id}"),
    )
    await d.notify(
        others,
        "notice",
        rows=(answers,),
        not_after=starts_at + timedelta(hours=1),
        branch=d.place.name,
        kind=kind,
        starts_at=starts_at,
        place=place,
        agenda=agenda,
    )
    reached = {one.person_id for one in await reach(d.session, others)}
    names = {member.person_id: member.name for member in expected}
    unreached = sorted((names[one] for one in others if one not in reached), key=by_pinyin)
    rows = ((Button(d.texts.title("open_check_in"), f"open_check_in.{held.id}"),),)
    await d.say("convened", rows=rows, kind=kind, starts_at=starts_at, count=len(reached), unreached=unreached)


@reply("count", role=Role.SECRETARY)
async def show_count(turn: Turn, argument: str) -> None:
    """Who is there, who is not, and what that means for the quorum, in words."""
    # Only the count itself is replaced by a newer one: the QR code above another button must stay where it hangs.
    number, _, again = argument.partition(".")
    held = await _meeting_of_mine(turn, number)
    words = await count_words(turn.session, turn.texts, held)
    rows: list[tuple[Button, ...]] = [(Button(turn.texts.say("meetings.count", "refresh"), f"count.{held.id}.again"),)]
    if held.state is MeetingState.OPEN:
        offered = ("mark_present", "attendance", "close_meeting")
        rows.append(tuple(Button(turn.texts.title(name), f"{name}.{held.id}") for name in offered))
    await turn.say(words, rows=tuple(rows), replaces=bool(again))


async def _meeting_of_mine(turn: Turn, argument: str) -> MeetingView:
    if argument:
        held = await meeting(turn.session, record_id(argument))
        if held is None:
            raise Refused("gone")
        turn.require_at(Role.SECRETARY, held.path)
        return held
    for place in turn.places(Role.SECRETARY):
        for held in await meetings_of(turn.session, place.organization_id, states=[MeetingState.OPEN], limit=1):
            return held
    raise Refused("none_running")


@dialogue("close_meeting", role=Role.SECRETARY)
async def close(d: Dialogue) -> None:
    """The secretary closes the meeting, says in a few lines what was done, and gets the record as text and workbook."""
    held = await which_meeting(d, (MeetingState.OPEN,))
    count = await tally(d.session, held.id)
    there = count.eligible_present
    words = quorum_words(d.texts, held.kind, eligible=count.eligible, agenda=held.agenda, present=there)
    short = is_short(held.kind, eligible=count.eligible, present=there)
    summary = await d.ask("summary", Lines(at_most=40, max_length=500))
    await d.confirm(count=count, quorum=words, kind=held.kind, short=short)
    if not await close_meeting(d.session, held.id, now=d.turn.now, summary="\n".join(summary)):
        await d.say("closed_already")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "close_meeting", f"meeting:{held.id}")
    await _say_record(d.turn, held.id)


@dialogue("cancel_meeting", role=Role.SECRETARY)
async def call_off(d: Dialogue) -> None:
    """A meeting that will not take place; everyone who was told is told."""
    held = await which_meeting(d, (MeetingState.CONVENED,))
    reason = await d.ask("reason", Text(max_length=80))
    await d.confirm(kind=held.kind, starts_at=held.starts_at.astimezone(d.zone))
    people = [one.person_id for one in await attendance_of(d.session, held.id)]
    await cancel_meeting(d.session, held.id)
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "cancel_meeting", f"meeting:{held.id}")
    others = [person_id for person_id in people if person_id != d.turn.person_id]
    await d.notify(others, "notice", kind=held.kind, starts_at=held.starts_at.astimezone(d.zone), reason=reason)
    await d.say("called_off", count=len(others))


@reply("meetings", role=Role.SECRETARY)
async def list_meetings(turn: Turn, argument: str) -> None:
    """The branch's newest meetings, each a button to its page."""
    rows: list[tuple[Button, ...]] = []
    for place in turn.places(Role.SECRETARY):
        for held in await meetings_of(turn.session, place.organization_id, limit=8):
            state = turn.texts.word(held.state)
            rows.append((Button(f"{meeting_label(turn.texts, turn.zone, held)} · {state}", f"meeting.{held.id}"),))
    if not rows:
        raise Refused("none_yet")
    await turn.say(turn.texts.say("meetings.meetings", "newest"), rows=tuple(rows))


@reply("meeting", role=Role.SECRETARY)
async def show_meeting(turn: Turn, argument: str) -> None:
    """One meeting and what can be done with it now."""
    held = await _meeting_of_mine(turn, argument)
    if held.state is MeetingState.CLOSED:
        await _say_record(turn, held.id)
        return
    offered = {
        MeetingState.CONVENED: ("open_check_in", "attendance", "cancel_meeting"),
        MeetingState.OPEN: ("open_check_in", "count", "mark_present", "attendance", "close_meeting"),
        MeetingState.CANCELLED: (),
    }[held.state]
    rows: Rows = tuple((Button(turn.texts.title(name), f"{name}.{held.id}"),) for name in offered)
    await turn.say(
        turn.texts.say(
            "meetings.meeting",
            "page",
            held=held,
            starts_at=format_moment(held.starts_at.astimezone(turn.zone)),
            count=await tally(turn.session, held.id),
        ),
        rows=rows or back_to_menu(turn),
    )


async def _say_record(turn: Turn, meeting_id: int) -> None:
    held = await meeting(turn.session, meeting_id)
    assert held is not None
    people = await attendance_of(turn.session, meeting_id)
    count = await tally(turn.session, meeting_id)
    rows = ((Button(turn.texts.title("attendance"), f"attendance.{held.id}"), *back_to_menu(turn)[0]),)
    await turn.say(
        minutes_of(turn.texts, held, people, count),
        rows=rows,
        documents=[record_workbook(turn.texts, held, people, count)],
    )
