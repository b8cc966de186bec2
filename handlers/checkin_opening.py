"""The secretary opens the check-in: codes that turn every half minute, a board for them, buttons for who is away."""

from datetime import timedelta
from enum import StrEnum

from handlers.codes import BOARD_FOR, board_ticket, digits_of, link_of, new_secret, qr_code, window_at
from handlers.dialogue import Choice, Dialogue, Refused, Role, YesNo, dialogue
from handlers.dialogue.turn import Turn
from handlers.meeting_choice import which_meeting
from handlers.meeting_words import meeting_name
from handlers.menu_rows import Row
from handlers.messages import Button
from storage.checkin import MeetingOver, allow_remote, open_check_in
from storage.meeting_changes import organizations_told
from storage.meetings import MeetingView, attendance_of
from storage.models import MeetingState, Presence
from storage.people import audit

EARLY = timedelta(hours=3)
"""Opening the check-in longer before the meeting than this is asked about: it may be a slip."""
RUNNING = (MeetingState.CONVENED, MeetingState.OPEN)


class CheckInFrom(StrEnum):
    """From where a meeting's check-in takes people."""

    ROOM = "room"
    ANYWHERE = "anywhere"


@dialogue("open_check_in", role=Role.SECRETARY)
async def open_the_check_in(d: Dialogue) -> None:
    """The secretary opens the check-in, or sees its code of this moment; buttons go out only if she allows them."""
    held = await which_meeting(d, RUNNING)
    secret, remote = held.token, held.remote
    if held.state is MeetingState.CONVENED or secret is None:
        starts_at = held.starts_at.astimezone(d.zone)
        if held.starts_at - d.turn.now > EARLY and not await d.ask("early", YesNo(), starts_at=starts_at):
            raise Refused("not_yet", starts_at=starts_at)
        remote = await d.ask("where", Choice(CheckInFrom)) is CheckInFrom.ANYWHERE
        # Another post-holder may open it in the same second: what counts is what stands there then.
        try:
            secret = await open_check_in(d.session, held.id, d.turn.now, new_secret(), remote=remote)
        except MeetingOver:
            await d.say("wrong_state", state=MeetingState.CLOSED)
            return
        await _note(d, held, "open_check_in")
        if remote:
            await _send_buttons(d, held)
    await _say_codes(d, held, secret, remote)


@dialogue("allow_remote", role=Role.SECRETARY)
async def let_others_in_from_afar(d: Dialogue) -> None:
    """The secretary lets those who are not in the room check in by a button, after the check-in was opened."""
    held = await which_meeting(d, (MeetingState.OPEN,))
    if held.remote:
        raise Refused("so_already")
    await d.confirm(meeting=meeting_name(d.texts, held))
    if not await allow_remote(d.session, held.id):
        await d.say("so_already")
        return
    await _note(d, held, "allow_remote")
    count = await _send_buttons(d, held)
    await d.say("allowed", count=count)


async def _note(d: Dialogue, held: MeetingView, what: str) -> None:
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, what, f"meeting:{held.id}")


async def _send_buttons(d: Dialogue, held: MeetingView) -> int:
    """To each who is not there yet, and to the group chats: who presses it there is answered alone."""
    people = [one.person_id for one in await attendance_of(d.session, held.id) if one.presence is not Presence.PRESENT]
    rows = ((Button(d.texts.title("check_in"), f"check_in.{held.id}"),),)
    name, until = meeting_name(d.texts, held), d.turn.now + timedelta(hours=6)
    await d.notify(
        people,
        "button_notice",
        rows=rows,
        not_after=until,
        meeting=name,
        place=held.place,
    )
    for organization_id in await organizations_told(d.session, held.id):
        d.turn.announce(
            organization_id,
            d.texts.say(d.file, "in_the_group", meeting=name, place=held.place),
            rows=rows,
            not_after=until,
            key=f"meeting:{held.id}:check_in",
        )
    return len(people)


async def _say_codes(d: Dialogue, held: MeetingView, secret: str, remote: bool) -> None:
    around, channel = d.turn.around, d.turn.incoming.address.channel
    board = around.page_link(channel, f"board/{_ticket(d.turn, held, secret)}")
    window = window_at(d.turn.now)
    link = around.entry_link(channel, f"c_{link_of(held.id, secret, window)}")
    rows: list[Row] = [(Button(d.texts.say(d.file, "board"), url=board),)] if board else []
    rows.append(
        (
            Button(d.texts.say(d.file, "again"), f"open_check_in.{held.id}"),
            Button(d.texts.title("check_in_too"), f"check_in_too.{held.id}"),
        )
    )
    rows.append(tuple(Button(d.texts.title(name), f"{name}.{held.id}") for name in ("count", "attendance")))
    last = ("close_meeting",) if remote else ("allow_remote", "close_meeting")
    rows.append(tuple(Button(d.texts.title(name), f"{name}.{held.id}") for name in last))
    await d.say(
        "opened",
        rows=tuple(rows),
        meeting=meeting_name(d.texts, held),
        code=digits_of(secret, window),
        board=board,
        documents=[qr_code(link, "签到码")],
    )


def _ticket(turn: Turn, held: MeetingView, secret: str) -> str:
    entry = turn.around.entry_link(turn.incoming.address.channel, "c_")
    return board_ticket(held.id, secret, turn.now + BOARD_FOR, entry)
