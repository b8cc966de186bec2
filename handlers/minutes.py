"""After a meeting: the minutes are written with guidance, signed by host and recorder, and then only corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.dialogue import Day, Dialogue, Lines, Option, Papers, PersonIn, Refused, Role, Text, YesNo, dialogue
from handlers.dialogue.questions import GivenFile, OneOf
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_choice import secretarys_meeting, which_meeting
from handlers.meeting_words import meeting_label
from handlers.menu_rows import Row, back_to_menu
from handlers.messages import Button, Document
from handlers.minutes_words import NO_DECISION, minutes_document, minutes_text
from handlers.person_or import NOBODY, PersonOr
from handlers.router import reply
from handlers.vote_words import VOTING, short_words
from knowledge.choices import by_pinyin
from storage.attendance import AttendanceView, attendance_of
from storage.files import file
from storage.make_ups import make_ups_of
from storage.meetings import MeetingView, meeting
from storage.minutes import (
    Minutes,
    add_meeting_files,
    correct_minutes,
    files_of,
    is_locked,
    lock_signed_on_paper,
    minutes_of,
    sign_minutes,
    version_of,
    write_minutes,
)
from storage.models import MeetingFileKind, MeetingState, Presence, Status
from storage.people import Member, audit, members_of, secretaries_of
from storage.tasks import add_task, tasks_of_meeting
from storage.votes import Item, VoteView, items_of, votes_of


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on one item, and who does it by when, if anybody has to."""

    item: Item
    words: str
    who: int
    due_on: date | None


@dialogue("write_minutes", role=Role.SECRETARY)
async def write(d: Dialogue) -> None:
    """Who presided, who wrote, what was said, what was decided on each item, who does it by when; then to be signed."""
    held = await which_meeting(d, (MeetingState.CLOSED,))
    if await is_locked(d.session, held.id):
        raise Refused("locked")
    people = await _who_was_there(d, held)
    if len(people) < 2:
        raise Refused("too_few_there")
    host = await d.ask("host", PersonIn(people), when=meeting_label(d.texts, d.zone, held))
    recorder = await d.ask("recorder", PersonIn([one for one in people if one.person_id != host]))
    summary = await _what_was_said(d, held)
    decided = await _what_was_decided(d, held)
    files = await _files(d)
    await d.confirm()
    written = await write_minutes(
        d.session,
        held.id,
        host_id=host,
        recorder_id=recorder,
        summary=summary,
        decided={one.item.id: one.words for one in decided},
    )
    if not written:
        await d.say("locked")
        return
    given = [(one.id, one.name) for one in files]
    await add_meeting_files(d.session, held.id, MeetingFileKind.PHOTO, given, d.turn.person_id, d.turn.now)
    await _give_out(d, held, decided)
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "write_minutes", f"meeting:{held.id}")
    await _ask_to_sign(d, held, {host, recorder})
    rows = await _rows(d.turn, held)
    await d.say("written", rows=rows, documents=[await minutes_document(d.turn, held)])


async def _who_was_there(d: Dialogue, held: MeetingView) -> list[AttendanceView]:
    people = [one for one in await attendance_of(d.session, held.id) if one.presence is Presence.PRESENT]
    return sorted(people, key=lambda one: by_pinyin(one.name))


async def _what_was_said(d: Dialogue, held: MeetingView) -> str:
    """What was noted when the meeting was closed, or better words for it."""
    if held.summary:
        keep = await d.ask("keep", YesNo(), lines=held.summary.splitlines())
        if keep:
            return held.summary
    lines = await d.ask("summary", Lines(at_most=40, max_length=500))
    return "\n".join(lines)


async def _what_was_decided(d: Dialogue, held: MeetingView) -> list[Decided]:
    votes = await votes_of(d.session, held.id)
    people = await members_of(d.session, held.organization_id, (Status.FULL, Status.PROBATIONARY))
    people.sort(key=lambda one: by_pinyin(one.name))
    return [
        await _decided_on(d, number, item, [one for one in votes if one.item_id == item.id], people)
        for number, item in enumerate(await items_of(d.session, held.id), 1)
    ]


async def _decided_on(
    d: Dialogue, number: int, item: Item, votes: Sequence[VoteView], people: Sequence[Member]
) -> Decided:
    with d.within("", item.id):
        suggestions = [words for words in (item.decided, NO_DECISION) if words]
        words = await d.ask(
            "decided",
            Text(max_length=300, suggestions=suggestions),
            label=d.texts.say("minutes", "decided_label", number=number),
            title=item.title,
            votes=[short_words(d.texts, one) for one in votes],
        )
        if words == NO_DECISION:
            return Decided(item, words, NOBODY, None)
        label = d.texts.say("minutes", "doer_label", number=number)
        who = await d.ask("doer", PersonOr(people, d.texts.say("minutes", "nobody")), label=label)
        if who == NOBODY:
            return Decided(item, words, NOBODY, None)
        label = d.texts.say("minutes", "due_label", number=number)
        due_on = await d.ask("due_on", Day(after=d.today), label=label)
        return Decided(item, words, who, due_on)


async def _files(d: Dialogue) -> Sequence[GivenFile]:
    has_files = await d.ask("has_files", YesNo())
    if not has_files:
        return ()
    given = await d.ask("files", Papers(words=False, at_most=9))
    return given.files


async def _give_out(d: Dialogue, held: MeetingView, decided: Sequence[Decided]) -> None:
    """Decisions that somebody carries out become tasks; those noted when the minutes were written before stay."""
    known = {(one.what, one.person_id) for one in await tasks_of_meeting(d.session, held.id)}
    for one in decided:
        what = one.words[:200]
        if one.who == NOBODY or (what, one.who) in known:
            continue
        id = await add_task(
            d.session,
            organization_id=held.organization_id,
            meeting_id=held.id,
            what=what,
            person_id=one.who,
            due_on=one.due_on,
            created_by_id=d.turn.person_id,
            now=d.turn.now,
        )
        if one.who != d.turn.person_id:
            rows = ((Button(d.texts.title("task_done"), f"task_done.{id}"),),)
            with d.within("", one.item.id):
                await d.notify([one.who], "task", rows=rows, what=what, due_on=one.due_on)


async def _ask_to_sign(d: Dialogue, held: MeetingView, people: set[int]) -> None:
    found = await minutes_of(d.session, held.id)
    assert found is not None
    await d.notify(
        people - {d.turn.person_id},
        "to_sign",
        rows=((await _sign_button(d.turn, held),),),
        when=meeting_label(d.texts, d.zone, held),
        text=await minutes_text(d.turn, held, found),
    )


async def _sign_button(turn: Turn, held: MeetingView) -> Button:
    version = await version_of(turn.session, held.id)
    return Button(turn.texts.title("sign_minutes"), f"sign_minutes.{held.id}.{version}")


@reply("minutes", role=Role.BOUND)
async def show_minutes(turn: Turn, argument: str) -> None:
    """The minutes and what can be done with them, for the secretary, the host and the recorder."""
    held, found = await _minutes_of_mine(turn, argument)
    await turn.say(await minutes_text(turn, held, found), rows=await _rows(turn, held))


async def _minutes_of_mine(turn: Turn, argument: str) -> tuple[MeetingView, Minutes]:
    held = await meeting(turn.session, record_id(argument))
    found = await minutes_of(turn.session, held.id) if held else None
    if held is None or found is None:
        raise Refused("gone")
    if turn.person_id not in (found.host_id, found.recorder_id):
        turn.require_at(Role.SECRETARY, held.path)
    if held.state is not MeetingState.CLOSED:
        raise Refused("not_over")
    return held, found


async def _rows(turn: Turn, held: MeetingView) -> tuple[Row, ...]:
    """What can be done now, by who is asking."""
    found = await minutes_of(turn.session, held.id)
    assert found is not None
    rows: list[Row] = []
    signed = {found.host_id: found.host_signed_at, found.recorder_id: found.recorder_signed_at}
    if found.is_written and found.locked_at is None and signed.get(turn.person_id, turn.now) is None:
        rows.append((await _sign_button(turn, held),))
    if found.is_written:
        names = ["minutes_paper", *(["meeting_files"] if await files_of(turn.session, held.id) else [])]
        rows.append(_buttons(turn, held, *names))
    if not turn.may_at(Role.SECRETARY, held.path):
        return tuple(rows) or back_to_menu(turn)
    if found.locked_at is not None:
        rows.append(_buttons(turn, held, "correct_minutes", "make_ups"))
        return tuple(rows)
    names = ["write_minutes", *(["signed_on_paper"] if found.is_written else [])]
    rows.append(_buttons(turn, held, *names))
    rows.append(_buttons(turn, held, *(["votes"] if held.kind in VOTING else []), "add_task"))
    rows.append(_buttons(turn, held, "make_ups" if await make_ups_of(turn.session, held.id) else "set_make_up"))
    return tuple(rows)


def _buttons(turn: Turn, held: MeetingView, *names: str) -> Row:
    return tuple(Button(turn.texts.title(name), f"{name}.{held.id}") for name in names)


@reply("minutes_paper", role=Role.BOUND)
async def send_paper(turn: Turn, argument: str) -> None:
    """The minutes as a Word file with the attendance sheet."""
    held, _ = await _minutes_of_mine(turn, argument)
    document = await minutes_document(turn, held)
    await turn.say(turn.texts.say("minutes.minutes_paper", "made"), documents=[document])


@reply("meeting_files", role=Role.BOUND)
async def send_files(turn: Turn, argument: str) -> None:
    """The photos and files that lie with the meeting."""
    held, _ = await _minutes_of_mine(turn, argument)
    kept = [found for one in await files_of(turn.session, held.id) if (found := await file(turn.session, one.file_id))]
    documents = [Document(name, media_type, blob) for name, media_type, blob in kept]
    await turn.say(turn.texts.say("minutes.meeting_files", "sent", count=len(documents)), documents=documents)


@reply("sign_minutes", role=Role.BOUND)
async def sign(turn: Turn, argument: str) -> None:
    """The host or the recorder signs what the button was shown with; both together lock the minutes."""
    number, _, version = argument.partition(".")
    held, found = await _minutes_of_mine(turn, number)
    outcome = await sign_minutes(turn.session, held.id, turn.person_id, version, turn.now)
    say = turn.texts.say
    if outcome == "changed":
        again = ((await _sign_button(turn, held),),)
        await turn.say(say("minutes.sign_minutes", "changed", text=await minutes_text(turn, held, found)), rows=again)
        return
    if outcome not in ("signed", "locked"):
        raise Refused(outcome)
    await audit(turn.session, turn.now, turn.person_id, held.organization_id, "sign_minutes", f"meeting:{held.id}")
    if outcome == "locked":
        secretaries = {one.id for one in await secretaries_of(turn.session, held.organization_id)}
        turn.push(
            secretaries - {turn.person_id},
            say("minutes.sign_minutes", "told", when=meeting_label(turn.texts, turn.zone, held)),
            title=say("minutes.sign_minutes", "told_title"),
            rows=(_buttons(turn, held, "minutes"),),
            key=f"minutes:{held.id}:locked",
        )
    await turn.say(say("minutes.sign_minutes", outcome), rows=(_buttons(turn, held, "minutes_paper"),))


@dialogue("signed_on_paper", role=Role.SECRETARY)
async def take_signed_paper(d: Dialogue) -> None:
    """Host and recorder signed the printed minutes: the secretary sends photos of them, and the minutes are locked."""
    held = await secretarys_meeting(d.turn, str(d.given.get("argument", "")))
    found = await minutes_of(d.session, held.id)
    if found is None or not found.is_written:
        raise Refused("not_written")
    if found.locked_at is not None:
        raise Refused("over")
    photos = await d.ask("photos", Papers(words=False, at_most=9))
    await d.confirm(host=found.host, recorder=found.recorder)
    given = [(one.id, one.name) for one in photos.files]
    if not await lock_signed_on_paper(d.session, held.id, given, d.turn.person_id, d.turn.now):
        await d.say("over")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "lock_minutes", f"meeting:{held.id}")
    await d.say("kept", rows=(_buttons(d.turn, held, "minutes"),))


@dialogue("correct_minutes", role=Role.SECRETARY)
async def correct(d: Dialogue) -> None:
    """Locked minutes are wrong somewhere: what stood there is kept with the reason, and both who signed are told."""
    held = await secretarys_meeting(d.turn, str(d.given.get("argument", "")))
    found = await minutes_of(d.session, held.id)
    if found is None or found.locked_at is None:
        raise Refused("not_locked")
    items = {f"item:{one.id}": one for one in await items_of(d.session, held.id)}
    part = await d.ask("part", OneOf(_parts(d, items)))
    if part in ("host", "recorder"):
        others = [
            one for one in await _who_was_there(d, held) if one.person_id not in (found.host_id, found.recorder_id)
        ]
        if not others:
            raise Refused("nobody_else")
        person = await d.ask("person", PersonIn(others), old=found.host if part == "host" else found.recorder)
        new = str(person)
    elif part == "summary":
        lines = await d.ask("now_said", Lines(at_most=40, max_length=500), lines=found.summary.splitlines())
        new = "\n".join(lines)
    else:
        new = await d.ask("now_decided", Text(max_length=300), old=items[part].decided)
    reason = await d.ask("reason", Text(max_length=100))
    await d.confirm()
    kind, _, item = part.partition(":")
    done = await correct_minutes(
        d.session,
        held.id,
        "item" if kind == "item" else "summary" if kind == "summary" else "host" if kind == "host" else "recorder",
        new,
        reason,
        d.turn.person_id,
        d.turn.now,
        item_id=int(item or 0),
    )
    if not done:
        await d.say("stands_already")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "correct_minutes", f"meeting:{held.id}")
    signers = {id for id in (found.host_id, found.recorder_id) if id is not None}
    when = meeting_label(d.texts, d.zone, held)
    shown = (_buttons(d.turn, held, "minutes"),)
    await d.notify(signers - {d.turn.person_id}, "told", rows=shown, when=when, reason=reason)
    await d.say("corrected", rows=shown)


def _parts(d: Dialogue, items: dict[str, Item]) -> list[Option]:
    fixed = {
        "host": d.texts.say("minutes.correct_minutes", "part_host"),
        "recorder": d.texts.say("minutes.correct_minutes", "part_recorder"),
        "summary": d.texts.say("minutes.correct_minutes", "part_summary"),
    }
    return [Option(id, label) for id, label in fixed.items()] + [
        Option(id, one.title[:30]) for id, one in items.items()
    ]
