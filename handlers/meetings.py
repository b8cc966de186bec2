"""A secretary's meetings: the list, the page of one, the count while it lasts, and its end."""

from handlers.dialogue import Dialogue, Lines, Refused, Role, dialogue
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_choice import which_meeting
from handlers.meeting_words import (
    count_words,
    is_short,
    meeting_label,
    meeting_name,
    minutes_of,
    quorum_words,
    record_workbook,
)
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from handlers.vote_words import VOTING
from knowledge.rules.dates import format_moment
from storage.make_ups import who_missed
from storage.meeting_changes import materials_of
from storage.meetings import MeetingView, attendance_of, close_meeting, meeting, meetings_of, tally
from storage.minutes import is_locked
from storage.models import MeetingState
from storage.people import audit


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
    words = quorum_words(d.texts, held.kind, eligible=count.eligible, agenda=held.kinds, present=there)
    short = is_short(held.kind, eligible=count.eligible, present=there)
    summary = await d.ask("summary", Lines(at_most=40, max_length=500))
    await d.confirm(count=count, quorum=words, meeting=meeting_name(d.texts, held), short=short)
    if not await close_meeting(d.session, held.id, now=d.turn.now, summary="\n".join(summary)):
        await d.say("closed_already")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "close_meeting", f"meeting:{held.id}")
    await _say_record(d.turn, held.id)


@reply("meetings", role=Role.SECRETARY)
async def list_meetings(turn: Turn, argument: str) -> None:
    """The branch's newest meetings, each a button to its page, and what comes of meetings besides their records."""
    rows: list[tuple[Button, ...]] = []
    for place in turn.places(Role.SECRETARY):
        for held in await meetings_of(turn.session, place.organization_id, limit=8):
            state = turn.texts.word(held.state)
            rows.append((Button(f"{meeting_label(turn.texts, turn.zone, held)} · {state}", f"meeting.{held.id}"),))
    words = turn.texts.say("meetings.meetings", "newest" if rows else "none_yet")
    beside = [Button(turn.texts.title(name), name) for name in ("tasks", "opinions", "series")]
    await turn.say(words, rows=(*rows, tuple(beside[:2]), (beside[2], *back_to_menu(turn)[0])))


@reply("meeting", role=Role.SECRETARY)
async def show_meeting(turn: Turn, argument: str) -> None:
    """One meeting and what can be done with it now."""
    held = await _meeting_of_mine(turn, argument)
    if held.state is MeetingState.CLOSED:
        await _say_record(turn, held.id)
        return
    offered = {
        MeetingState.CONVENED: ("open_check_in", "attendance", "change_meeting", "add_material", "cancel_meeting"),
        MeetingState.OPEN: ("open_check_in", "count", "mark_present", "attendance", "record_vote", "close_meeting"),
        MeetingState.CANCELLED: (),
    }[held.state]
    fitting = [name for name in offered if name != "record_vote" or held.kind in VOTING]
    rows: Rows = tuple((Button(turn.texts.title(name), f"{name}.{held.id}"),) for name in fitting)
    await turn.say(
        turn.texts.say(
            "meetings.meeting",
            "page",
            held=held,
            name=meeting_name(turn.texts, held),
            materials=[name for _, name in await materials_of(turn.session, held.id)],
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
    afterwards = ["attendance", "minutes"]
    if await who_missed(turn.session, held.id):
        afterwards.insert(0, "set_make_up")
    if not await is_locked(turn.session, held.id):
        afterwards = ["write_minutes", *(["record_vote"] if held.kind in VOTING else []), *afterwards]
    buttons = [Button(turn.texts.title(name), f"{name}.{held.id}") for name in afterwards]
    rows: Rows = (*(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)), *back_to_menu(turn))
    await turn.say(
        minutes_of(turn.texts, held, people, count),
        rows=rows,
        documents=[record_workbook(turn.texts, held, people, count)],
    )
