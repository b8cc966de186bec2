"""Which meeting is meant: the one that a button named, or one of the branch's own in the right state."""

from collections.abc import Collection

from handlers.dialogue import Dialogue, Option, Refused, Role
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_words import meeting_label
from storage.meetings import MeetingView, meeting, meetings_of
from storage.models import MeetingState


async def which_meeting(
    d: Dialogue, states: Collection[MeetingState], *, also_named: Collection[MeetingState] = ()
) -> MeetingView:
    """The meeting that the button named, or one that the secretary picks from her branch's; never another branch's.

    Only a button leads to a meeting in one of the states of `also_named`. Raises `Refused`.
    """
    argument = str(d.given.get("argument", ""))
    if argument:
        named = await secretarys_meeting(d.turn, argument)
        if named.state not in (*states, *also_named):
            raise Refused("wrong_state", state=named.state)
        return named
    running = await meetings_of(d.session, d.place.organization_id, states=states, limit=8)
    if not running:
        raise Refused("none_running")
    if len(running) == 1:
        return running[0]
    offered = [Option(str(one.id), meeting_label(d.texts, d.zone, one)) for one in running]
    chosen = await d.ask("which_meeting", OneOf(offered))
    return next(one for one in running if str(one.id) == chosen)


async def secretarys_meeting(turn: Turn, argument: str) -> MeetingView:
    """The meeting of a button, if this person is a secretary of it; raises `Refused`."""
    named = await meeting(turn.session, record_id(argument))
    if named is None:
        raise Refused("gone")
    turn.require_at(Role.SECRETARY, named.path)
    return named
