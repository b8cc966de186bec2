"""Leave that was asked for by phone or in the chat, who left early, who sits in: what the secretary notes of each."""

from datetime import datetime, timedelta
from typing import Any

from handlers.attendance_list import listed, next_steps, noted, to_note
from handlers.dialogue import Choices, Dialogue, Invalid, Option, PersonIn, Refused, Role, Text, When, dialogue
from handlers.dialogue.questions import Asking, Reply
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_choice import secretarys_meeting
from handlers.meeting_words import meeting_label, meeting_name
from handlers.menu_rows import back_to_menu
from handlers.router import reply
from knowledge.choices import by_pinyin
from knowledge.rules import dates
from storage.attendance import attendance_of, possible_guests
from storage.attendance_marks import add_guests, grant_leave, note_leave, note_left
from storage.models import MeetingState, Presence
from storage.people import audit

OPEN, CLOSED, CONVENED = MeetingState.OPEN, MeetingState.CLOSED, MeetingState.CONVENED
LEAVES = ("病假", "事假", "公出")


@dialogue("note_leave", role=Role.SECRETARY)
async def note_a_leave(d: Dialogue) -> None:
    """Somebody asked the secretary for leave in person or by phone; she grants it and says why, and they are told."""
    held = await to_note(d, CONVENED, OPEN, named=(CLOSED,))
    people = [one for one in await listed(d, held) if one.expected and one.presence is not Presence.PRESENT]
    if not people:
        raise Refused("all_there")
    when = meeting_label(d.texts, d.zone, held)
    who = await d.ask("who", PersonIn(people), when=when)
    reason = await d.ask("reason", Text(max_length=100, suggestions=LEAVES))
    name = next(one.name for one in people if one.person_id == who)
    await d.confirm(name=name, when=when)
    if not await note_leave(d.session, held.id, who, reason, d.turn.person_id):
        await d.say("nothing_changed")
        return
    await noted(d, held, "note_leave")
    if who != d.turn.person_id:
        await d.notify([who], "notice", when=when, reason=reason)
    await d.say("leave_noted", rows=next_steps(d, held), name=name)


@reply("grant_leave", role=Role.SECRETARY)
async def grant_what_was_asked(turn: Turn, argument: str) -> None:
    """The secretary agrees to a leave that a member asked for in the chat; the member is told."""
    number, _, person = argument.partition(".")
    held = await secretarys_meeting(turn, number)
    who = record_id(person)
    if not await grant_leave(turn.session, held.id, who, turn.person_id):
        raise Refused("not_asked")
    await audit(turn.session, turn.now, turn.person_id, held.organization_id, "grant_leave", f"meeting:{held.id}")
    when = meeting_label(turn.texts, turn.zone, held)
    say = turn.texts.say
    if who != turn.person_id:
        turn.push(
            [who],
            say("attendance_notes.grant_leave", "told", when=when),
            title=say("attendance_notes.grant_leave", "told_title"),
            key=f"leave:{held.id}:{who}:{turn.incoming.id}",
        )
    name = next(one.name for one in await attendance_of(turn.session, held.id) if one.person_id == who)
    await turn.say(say("attendance_notes.grant_leave", "granted", name=name, when=when), rows=back_to_menu(turn))


@dialogue("note_left", role=Role.SECRETARY)
async def note_who_left(d: Dialogue) -> None:
    """Somebody left before the end: they came, but they no longer count for a vote."""
    held = await to_note(d, OPEN, named=(CLOSED,))
    there = [one for one in await listed(d, held) if one.presence is Presence.PRESENT]
    if not there:
        raise Refused("nobody_there")
    who = await d.ask("who", PersonIn(there))
    first = min(held.opened_at or held.starts_at, held.starts_at)
    at = await d.ask("at", During(first, held.closed_at or d.turn.now))
    name = next(one.name for one in there if one.person_id == who)
    await d.confirm(name=name)
    if not await note_left(d.session, held.id, who, at):
        await d.say("nothing_changed")
        return
    await d.say("left", rows=next_steps(d, held), name=name, at=at, count=await noted(d, held, "note_left"))


class During(When):
    """A moment that is over, of a meeting: some minutes ago, or a time of its day."""

    AGO = (0, 5, 10, 20, 30, 60)

    def __init__(self, first: datetime, last: datetime) -> None:
        super().__init__()
        self.first, self.last = first, last

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """Just now, or some minutes ago, as far as the meeting goes back."""
        fitting = [ago for ago in self.AGO if self._fits(asking.now - timedelta(minutes=ago))]
        return [Option(str(ago), asking.texts.say("attendance_notes", "ago", minutes=ago)) for ago in fitting]

    def _fits(self, moment: datetime) -> bool:
        return self.first <= moment < self.last + timedelta(minutes=1)

    def read(self, reply: Reply, asking: Asking, partial: Any) -> datetime:
        """The moment, in the branch's zone and in whole minutes."""
        labels = {option.label: option.id for option in self.options(asking, partial)}
        ago = reply.option or labels.get(reply.text.strip())
        moment = asking.now - timedelta(minutes=int(ago)) if ago is not None else self._said(reply.text, asking)
        self._check(moment, asking, asking.now)
        return moment.replace(second=0, microsecond=0)

    def _said(self, text: str, asking: Asking) -> datetime:
        last = self.last.astimezone(asking.zone).replace(tzinfo=None)
        try:
            found = dates.read_moment(text, now=last, prefer_future=False)
        except dates.DateProblem as problem:
            raise Invalid(problem.key) from problem
        if found is None or found.time is None:
            raise Invalid("no_such_moment")
        return datetime.combine(found.day, found.time, asking.zone)

    def _check(self, value: datetime, asking: Asking, now: datetime) -> None:
        # What is kept has no seconds.
        if not self._fits(value) and not self._fits(value + timedelta(seconds=59)):
            first, last = (one.astimezone(asking.zone) for one in (self.first, self.last))
            raise Invalid("not_during", first=f"{first:%H:%M}", last=f"{last:%H:%M}")


@dialogue("add_guests", role=Role.SECRETARY)
async def add_who_sits_in(d: Dialogue) -> None:
    """People who sit in (列席) are put on the list apart: they check in like others and are counted nowhere."""
    held = await to_note(d, CONVENED, OPEN)
    there = {one.person_id for one in await attendance_of(d.session, held.id)}
    people = [one for one in await possible_guests(d.session, held.organization_id) if one.id not in there]
    if not people:
        raise Refused("nobody_left")
    options = [Option(str(one.id), one.name) for one in sorted(people, key=lambda one: by_pinyin(one.name))]
    chosen = await d.ask("who", Choices(options, at_least=1))
    when = meeting_label(d.texts, d.zone, held)
    await d.confirm(when=when)
    added = await add_guests(d.session, held.id, [int(id) for id in chosen])
    await noted(d, held, "add_guests")
    await d.notify(
        added,
        "notice",
        not_after=held.starts_at + timedelta(hours=3),
        when=when,
        place=held.place,
        meeting=meeting_name(d.texts, held),
    )
    await d.say("added", rows=next_steps(d, held), count=len(added))
