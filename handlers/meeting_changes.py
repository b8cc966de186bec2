"""A meeting that was told already: another time, place or agenda, more to read, or it is called off."""

from enum import StrEnum

from handlers.agenda import Agenda, AgendaKinds, guessed_kind
from handlers.convening import usual_agenda
from handlers.dialogue import Choice, Dialogue, Papers, Refused, Role, Text, When, dialogue
from handlers.meeting_choice import which_meeting
from handlers.meeting_notices import tell_called_off, tell_changed, tell_materials
from handlers.meeting_reminders import notice_is_the_reminder
from handlers.meeting_words import meeting_name, quorum_words
from handlers.messages import Button
from storage.meeting_changes import add_materials, change_agenda, change_meeting, materials_of
from storage.meetings import MeetingView, attendance_of, cancel_meeting, meeting, tally
from storage.models import AgendaKind, MeetingState
from storage.people import audit

MATERIALS = 20
"""How many files a meeting has at most."""


class ChangedPart(StrEnum):
    """What can be changed of a meeting that was told already."""

    TIME = "time"
    PLACE = "place"
    AGENDA = "agenda"


@dialogue("change_meeting", role=Role.SECRETARY)
async def change(d: Dialogue) -> None:
    """Another time, place or agenda; everybody on the list is told, and whoever said that they come is asked anew when
    the time is another. When somebody else has changed it meanwhile, nothing is changed."""
    held = await which_meeting(d, (MeetingState.CONVENED,))
    seen = await _revision_seen(d, held)
    what = await d.ask("what", Choice(ChangedPart))
    if what is ChangedPart.AGENDA:
        revision = await _another_agenda(d, held, seen)
    else:
        revision = await _another_time_or_place(d, held, seen, what)
    if revision is None:
        await d.say("changed_meanwhile", rows=_again(d, held))
        return
    now_so = await meeting(d.session, held.id)
    assert now_so is not None
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "change_meeting", f"meeting:{held.id}")
    if what is ChangedPart.TIME:
        await notice_is_the_reminder(d.session, now_so, d.turn.now)
    people = await _others(d, held)
    words = d.texts.say(d.file, "what_changed", part=what, before=held, now=now_so, zone=held.zone)
    await tell_changed(d.turn, now_so, people, what=words, asked_anew=what is ChangedPart.TIME)
    await d.say("changed", count=len(people))


async def _revision_seen(d: Dialogue, held: MeetingView) -> int:
    """The revision that this change began from; raises `Refused` when it is not the newest any more."""

    async def now() -> int:
        return held.revision

    seen = await d.once(f"seen_{held.id}", now)
    if seen != held.revision:
        raise Refused("changed_meanwhile")
    return seen


async def _another_time_or_place(d: Dialogue, held: MeetingView, seen: int, what: ChangedPart) -> int | None:
    before = held.starts_at.astimezone(held.zone)
    if what is ChangedPart.TIME:
        starts_at = await d.ask("starts_at", When(after=d.now), before=before)
        await d.confirm(name=meeting_name(d.texts, held), before=before, quorum="")
        return await change_meeting(d.session, held.id, seen=seen, starts_at=starts_at)
    place = await d.ask("place", Text(max_length=60), before=held.place)
    await d.confirm(name=meeting_name(d.texts, held), before=before, quorum="")
    return await change_meeting(d.session, held.id, seen=seen, place=place)


async def _another_agenda(d: Dialogue, held: MeetingView, seen: int) -> int | None:
    agenda = await d.ask("agenda", Agenda(usual_agenda(d.texts, held.kind)), before=held.agenda)
    known = dict(zip(held.agenda, held.kinds, strict=True))
    guessed: list[AgendaKind] = [known.get(point) or guessed_kind(point) for point in agenda]
    kinds = await d.ask("kinds", AgendaKinds(agenda, guessed), presumed=guessed)
    eligible = (await tally(d.session, held.id)).eligible
    words = quorum_words(d.texts, held.kind, eligible=eligible, agenda=kinds)
    await d.confirm(name=meeting_name(d.texts, held), before=held.starts_at.astimezone(held.zone), quorum=words)
    return await change_agenda(d.session, held.id, agenda, kinds, seen=seen)


def _again(d: Dialogue, held: MeetingView) -> tuple[tuple[Button, ...], ...]:
    return ((Button(d.texts.title("meeting"), f"meeting.{held.id}"),),)


async def _others(d: Dialogue, held: MeetingView) -> list[int]:
    listed = await attendance_of(d.session, held.id)
    return [one.person_id for one in listed if one.person_id != d.turn.person_id]


@dialogue("add_material", role=Role.SECRETARY)
async def add_material(d: Dialogue) -> None:
    """Files to read before a meeting; they go to everybody on its list."""
    held = await which_meeting(d, (MeetingState.CONVENED,))
    room = MATERIALS - len(await materials_of(d.session, held.id))
    if room < 1:
        raise Refused("too_many_materials", at_most=MATERIALS)
    name = meeting_name(d.texts, held)
    given = await d.ask("files", Papers(words=False, at_most=min(9, room)), name=name)
    people = await _others(d, held)
    await d.confirm(name=name, starts_at=held.starts_at.astimezone(held.zone), count=len(people))
    files = [(one.id, one.name) for one in given.files]
    await add_materials(d.session, held.id, files, d.turn.person_id, d.turn.now)
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "add_material", f"meeting:{held.id}")
    ids = [file_id for file_id, _ in files]
    tell_materials(d.turn, held, people, ids, f"run:{d.run.id}:materials")
    await d.say("added", files=len(files), count=len(people))


@dialogue("cancel_meeting", role=Role.SECRETARY)
async def call_off(d: Dialogue) -> None:
    """A meeting that will not take place; everyone who was told is told."""
    held = await which_meeting(d, (MeetingState.CONVENED,))
    reason = await d.ask("reason", Text(max_length=80))
    await d.confirm(name=meeting_name(d.texts, held), starts_at=held.starts_at.astimezone(held.zone))
    if not await cancel_meeting(d.session, held.id):
        await d.say("called_off_already")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "cancel_meeting", f"meeting:{held.id}")
    people = await _others(d, held)
    over = await meeting(d.session, held.id)
    assert over is not None
    await tell_called_off(d.turn, over, people, reason)
    await d.say("called_off", count=len(people))
