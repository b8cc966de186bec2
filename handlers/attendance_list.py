"""The list of a meeting as the secretary's notes need it: which meeting, who is on it, what can be done next."""

from collections.abc import Collection, Sequence

from handlers.dialogue import Dialogue, Option, Refused
from handlers.meeting_choice import which_meeting
from handlers.menu_rows import Row
from handlers.messages import Button
from knowledge.choices import by_pinyin
from storage.attendance import AttendanceView, Tally, attendance_of, tally
from storage.attendance_marks import may_be_marked
from storage.meetings import MeetingView
from storage.models import MeetingState, Presence
from storage.people import audit


async def to_note(d: Dialogue, *states: MeetingState, named: Collection[MeetingState] = ()) -> MeetingView:
    held = await which_meeting(d, states, also_named=named)
    if not await may_be_marked(d.session, held.id):
        raise Refused("minutes_locked")
    return held


async def listed(d: Dialogue, held: MeetingView) -> list[AttendanceView]:
    return sorted(await attendance_of(d.session, held.id), key=lambda one: by_pinyin(one.name))


def missing_at_first(d: Dialogue, people: Sequence[AttendanceView]) -> list[AttendanceView]:
    """Who was not there when the dialogue began: whoever checks in meanwhile stays on the list that is being ticked."""
    return [
        one
        for one in people
        if one.presence is not Presence.PRESENT or (one.checked_in_at is not None and one.checked_in_at >= d.now)
    ]


def options_of(people: Sequence[AttendanceView]) -> list[Option]:
    names = [one.name for one in people]
    return [
        Option(str(one.person_id), one.name if names.count(one.name) == 1 else f"{one.name}（{one.phone_last4}）")
        for one in people
    ]


async def noted(d: Dialogue, held: MeetingView, what: str) -> Tally:
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, what, f"meeting:{held.id}")
    return await tally(d.session, held.id)


def next_steps(d: Dialogue, held: MeetingView) -> tuple[Row, ...]:
    return (tuple(Button(d.texts.title(name), f"{name}.{held.id}") for name in ("count", "attendance")),)
