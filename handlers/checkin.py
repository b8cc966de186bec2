"""A member and a meeting: answer the notice, ask leave, check in by button, code or link."""

from handlers.dialogue import Dialogue, Option, Refused, Role, Text, dialogue
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_words import meeting_label
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.router import reply
from knowledge.rules.dates import format_moment
from storage.invitations import clear_wrong_codes, wrong_code
from storage.meetings import (
    MeetingView,
    answer_notice,
    attendance_of,
    check_in,
    meeting,
    meeting_by_token,
    meetings_for_person,
    open_meeting_by_code,
)
from storage.models import CheckInWay, MeetingState, Presence
from storage.people import secretaries_of


@reply("check_in", role=Role.BOUND)
async def check_in_by_button(turn: Turn, argument: str) -> None:
    """Check in to the meeting of the button; the word alone finds the open meeting, or asks for its code."""
    if argument:
        held = await meeting(turn.session, record_id(argument))
        if held is None:
            raise Refused("gone")
        await _record(turn, held, CheckInWay.BUTTON)
        return
    open_now = await meetings_for_person(turn.session, turn.person_id, states=[MeetingState.OPEN])
    raise Refused("which_code" if open_now else "none_open")


@reply("check_in_too", role=Role.BOUND)
async def check_in_beside(turn: Turn, argument: str) -> None:
    """Check in by a button that stands beside others which are still needed: that message stays."""
    held = await meeting(turn.session, record_id(argument))
    if held is None:
        raise Refused("gone")
    await _record(turn, held, CheckInWay.BUTTON, stays=True)


@reply("check_in_by_code", role=Role.BOUND, pattern=r"(?:签到码?)?[\s：:]*([0-9０-９]{6})")
async def check_in_by_code(turn: Turn, code: str) -> None:
    """Check in by the six digits in the room; twenty wrong ones lock the account for a while."""
    account = turn.account
    if account.locked_until is not None and account.locked_until > turn.now:
        raise Refused("locked", minutes=int((account.locked_until - turn.now).total_seconds() // 60) + 1)
    digits = "".join(str(int(digit)) for digit in code if digit.isdecimal())
    held = await open_meeting_by_code(turn.session, digits, turn.person_id) if len(digits) == 6 else None
    if held is None:
        await wrong_code(turn.session, account.id, turn.now, at_most=20)
        await turn.say(turn.texts.say("checkin.check_in_by_code", "wrong"))
        return
    await clear_wrong_codes(turn.session, account.id)
    await _record(turn, held, CheckInWay.CODE)


@reply("check_in_by_link", role=Role.BOUND)
async def check_in_by_link(turn: Turn, key: str) -> None:
    """Check in by the link behind the QR code in the room."""
    held = await meeting_by_token(turn.session, key)
    if held is None:
        raise Refused("wrong_link")
    await _record(turn, held, CheckInWay.LINK)


async def _record(turn: Turn, held: MeetingView, way: CheckInWay, *, stays: bool = False) -> None:
    done = await check_in(turn.session, held.id, turn.person_id, way=way, now=turn.now)
    assert turn.person is not None
    words = turn.texts.say(
        "checkin.check_in",
        done.outcome,
        name=turn.person.name,
        kind=held.kind,
        late=done.late_minutes,
        at=done.at.astimezone(turn.zone) if done.at else None,
    )
    rows = back_to_menu(turn)
    if turn.may_at(Role.SECRETARY, held.path):
        rows = ((Button(turn.texts.title("count"), f"count.{held.id}"), *rows[0]),)
    replaces = way is CheckInWay.BUTTON and done.outcome == "recorded" and not stays
    await turn.say(words, rows=rows, replaces=replaces)


@reply("coming", role=Role.BOUND)
async def say_coming(turn: Turn, argument: str) -> None:
    """A member says that she will come: to the meeting of the button, or in words to the next one she was told of."""
    held = await (_still_to_come(turn, argument) if argument else _next_to_come(turn))
    await answer_notice(turn.session, held.id, turn.person_id, will_come=True, now=turn.now)
    leave = Button(turn.texts.title("ask_leave"), f"ask_leave.{held.id}")
    await turn.say(
        turn.texts.say(
            "checkin.coming",
            "noted",
            starts_at=format_moment(held.starts_at.astimezone(turn.zone)),
            place=held.place,
        ),
        rows=((leave,),),
    )


async def _next_to_come(turn: Turn) -> MeetingView:
    states = [MeetingState.CONVENED]
    for held, presence in await meetings_for_person(turn.session, turn.person_id, states=states):
        if presence in (Presence.EXPECTED, Presence.EXCUSED) and held.starts_at > turn.now:
            return held
    raise Refused("nothing_coming")


async def _still_to_come(turn: Turn, argument: str) -> MeetingView:
    held = await meeting(turn.session, record_id(argument))
    if held is None:
        raise Refused("gone")
    if held.state not in (MeetingState.CONVENED, MeetingState.OPEN):
        raise Refused("over")
    if turn.person_id not in {one.person_id for one in await attendance_of(turn.session, held.id)}:
        raise Refused("not_on_the_list")
    return held


@dialogue("ask_leave", role=Role.MEMBER)
async def ask_leave(d: Dialogue) -> None:
    """A member asks leave from a meeting, with a reason; the secretary is told."""
    argument = str(d.given.get("argument", ""))
    if argument:
        held = await _still_to_come(d.turn, argument)
    else:
        states = [MeetingState.CONVENED, MeetingState.OPEN]
        coming = [
            one
            for one, presence in await meetings_for_person(d.session, d.turn.person_id, states=states)
            if presence is Presence.EXPECTED
        ]
        if not coming:
            raise Refused("nothing_coming")
        chosen = str(coming[0].id)
        if len(coming) > 1:
            offered = [Option(str(one.id), meeting_label(d.texts, d.zone, one)) for one in coming]
            chosen = await d.ask("which", OneOf(offered))
        held = next(one for one in coming if str(one.id) == chosen)
    when = meeting_label(d.texts, d.zone, held)
    reason = await d.ask("reason", Text(max_length=100, suggestions=["生病", "出差", "在外地"]), when=when)
    await d.confirm(when=when)
    await answer_notice(d.session, held.id, d.turn.person_id, will_come=False, reason=reason, now=d.turn.now)
    assert d.turn.person is not None
    told = await secretaries_of(d.session, held.organization_id)
    await d.notify(
        [one.id for one in told if one.id != d.turn.person_id],
        "notice",
        not_after=held.starts_at,
        name=d.turn.person.name,
        when=when,
        reason=reason,
    )
    await d.say("noted", when=when)
