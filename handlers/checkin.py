"""A member and a meeting: answer the notice, ask leave, check in by button, code or link."""

from datetime import datetime, timedelta
from math import ceil

from handlers.codes import Fit, fit_of_digits, read_link
from handlers.dialogue import Dialogue, Option, Refused, Role, Text, dialogue
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_words import meeting_label, meeting_name
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.router import reply
from knowledge.rules.dates import format_moment
from storage.checkin import check_in, open_check_ins_for, presence_of
from storage.invitations import clear_wrong_codes, wrong_code
from storage.meetings import MeetingView, answer_notice, attendance_of, meeting, meetings_for_person
from storage.models import CheckInWay, MeetingState, Presence
from storage.people import secretaries_of


@reply("check_in", role=Role.BOUND)
async def check_in_by_button(turn: Turn, argument: str) -> None:
    """Check in by a button, where the secretary lets people in from afar; the word alone finds such a meeting, or asks
    for the code of the room."""
    if argument:
        held = await meeting(turn.session, record_id(argument))
        if held is None:
            raise Refused("gone")
        # Anybody can forge the button of a meeting that they know of.
        if held.state is MeetingState.OPEN and not held.remote and await _is_missing(turn, held):
            raise Refused("in_the_room_only")
        await _record(turn, held, CheckInWay.BUTTON)
        return
    open_now = await open_check_ins_for(turn.session, turn.person_id)
    remote = [one for one in open_now if one.remote]
    if len(open_now) == 1 and remote:
        await check_in_by_button(turn, str(remote[0].meeting_id))
        return
    raise Refused("which_code" if open_now else "none_open")


async def _is_missing(turn: Turn, held: MeetingView) -> bool:
    presence = await presence_of(turn.session, held.id, turn.person_id)
    return presence is not None and presence is not Presence.PRESENT


@reply("check_in_too", role=Role.BOUND)
async def check_in_beside(turn: Turn, argument: str) -> None:
    """A secretary, who may mark others too, checks in by a button beside others that she still needs: they stay."""
    held = await meeting(turn.session, record_id(argument))
    if held is None:
        raise Refused("gone")
    turn.require_at(Role.SECRETARY, held.path)
    await _record(turn, held, CheckInWay.BUTTON, stays=True)


@reply("check_in_by_code", role=Role.BOUND, pattern=r"(?:签到码?)?[\s：:]*([0-9０-９]{6})")
async def check_in_by_code(turn: Turn, code: str) -> None:
    """Check in by the six digits that stand in the room now; too many wrong ones and the account has to wait."""
    open_now = await open_check_ins_for(turn.session, turn.person_id)
    if not open_now:
        raise Refused("none_open")
    _require_patience(turn)
    digits = "".join(str(int(digit)) for digit in code if digit.isdecimal())
    fits = {one.meeting_id: fit_of_digits(one.secret, digits, _sent_at(turn)) for one in open_now}
    right = next((meeting_id for meeting_id, fit in fits.items() if fit is Fit.NOW), None)
    if right is None:
        await _say_no(turn, turned=Fit.TURNED in fits.values())
        return
    await clear_wrong_codes(turn.session, turn.account.id)
    held = await meeting(turn.session, right)
    assert held is not None
    await _record(turn, held, CheckInWay.CODE)


@reply("check_in_by_link", role=Role.BOUND)
async def check_in_by_link(turn: Turn, key: str) -> None:
    """Check in by the link of the QR code that is in the room now; a picture of an earlier one is worth nothing."""
    _require_patience(turn)
    link = read_link(key)
    held = await meeting(turn.session, link.meeting_id) if link is not None else None
    fit = link.fit(held.token, _sent_at(turn)) if link and held and held.token else Fit.NEVER
    if held is None or fit is Fit.NEVER:
        await _say_no(turn, turned=False)
    elif fit is Fit.TURNED and held.state is MeetingState.OPEN and await _is_missing(turn, held):
        await _say_no(turn, turned=True)
    else:
        await clear_wrong_codes(turn.session, turn.account.id)
        # Whoever was in time, or is on the list no more than the others, hears how it stands.
        await _record(turn, held, CheckInWay.LINK)


def _sent_at(turn: Turn) -> datetime:
    """When the code was sent, by the platform's clock: an update that waited for us to start again is not too late."""
    return min(turn.incoming.at, turn.now)


def _require_patience(turn: Turn) -> None:
    until = turn.account.locked_until
    if until is not None and until > turn.now:
        raise Refused("wait", minutes=ceil((until - turn.now) / timedelta(minutes=1)))


async def _say_no(turn: Turn, *, turned: bool) -> None:
    """A code that has turned costs nothing; five that never were right make the account wait, twenty for long."""
    if turned:
        raise Refused("turned")
    await wrong_code(turn.session, turn.account.id, turn.now, at_most=20, pause_after=5)
    await turn.say(turn.texts.say("checkin", "wrong"))


async def _record(turn: Turn, held: MeetingView, way: CheckInWay, *, stays: bool = False) -> None:
    done = await check_in(turn.session, held.id, turn.person_id, way=way, now=_sent_at(turn))
    assert turn.person is not None
    words = turn.texts.say(
        "checkin.check_in",
        done.outcome,
        name=turn.person.name,
        meeting=meeting_name(turn.texts, held),
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
        rows=((Button(d.texts.title("grant_leave"), f"grant_leave.{held.id}.{d.turn.person_id}"),),),
        reason=reason,
    )
    await d.say("noted", when=when)
