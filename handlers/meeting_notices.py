"""What people are told of a meeting: that it is convened, changed, called off, and what to read beforehand.

Each goes to exactly those on its list, and to the branch's linked group chats, where no personal matter is named.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from handlers.dialogue.turn import Turn
from handlers.meeting_calendar import calendar_file
from handlers.meeting_words import meeting_name
from handlers.messages import Button, Rows
from handlers.wording import Texts
from storage.meeting_changes import organizations_told
from storage.meetings import MeetingView

STALE = timedelta(hours=1)
"""How long after its beginning the notice of a meeting is still worth something."""


def answer_buttons(texts: Texts, meeting_id: int) -> Rows:
    """参加 and 请假."""
    say = texts.say
    return (
        (
            Button(say("meeting_notices", "coming_button"), f"coming.{meeting_id}"),
            Button(say("meeting_notices", "leave_button"), f"ask_leave.{meeting_id}"),
        ),
    )


def tell_convened(
    turn: Turn, held: MeetingView, people: Collection[int], *, organization_id: int, materials: Sequence[int] = ()
) -> None:
    """The notice of a meeting to these people, with its calendar file and what to read beforehand, and to the groups of
    their organization."""
    texts, name = turn.texts, meeting_name(turn.texts, held)
    starts_at = held.starts_at.astimezone(held.zone)
    title = texts.say("meeting_notices", "notice_title", name=name)
    body = texts.say(
        "meeting_notices",
        "notice",
        branch=held.organization_name,
        name=name,
        starts_at=starts_at,
        place=held.place,
        agenda=held.agenda,
        materials=len(materials),
    )
    _tell(turn, held, people, title=title, body=body, key="notice", files=materials, answers=True)
    group = texts.say("meeting_notices", "in_the_group", body=body)
    _announce(turn, held, [organization_id], group, key="notice", rows=answer_buttons(texts, held.id))


async def tell_changed(turn: Turn, held: MeetingView, people: Collection[int], *, what: str, asked_anew: bool) -> None:
    """That a meeting has been changed (`what` is said as it is), with a calendar file that moves what phones have."""
    texts, name = turn.texts, meeting_name(turn.texts, held)
    title = texts.say("meeting_notices", "changed_title", name=name)
    body = texts.say(
        "meeting_notices",
        "changed",
        branch=held.organization_name,
        name=name,
        starts_at=held.starts_at.astimezone(held.zone),
        place=held.place,
        what=what,
        asked_anew=asked_anew,
    )
    _tell(turn, held, people, title=title, body=body, key="changed", answers=asked_anew)
    told = await organizations_told(turn.session, held.id)
    _announce(turn, held, told, body, key="changed", rows=answer_buttons(texts, held.id) if asked_anew else ())


async def tell_called_off(turn: Turn, held: MeetingView, people: Collection[int], reason: str) -> None:
    """That a meeting will not take place, with a calendar file that takes it out of calendars."""
    texts, name = turn.texts, meeting_name(turn.texts, held)
    title = texts.say("meeting_notices", "called_off_title", name=name)
    starts_at = held.starts_at.astimezone(held.zone)
    body = texts.say("meeting_notices", "called_off", name=name, starts_at=starts_at, reason=reason)
    _tell(turn, held, people, title=title, body=body, key="called_off")
    _announce(turn, held, await organizations_told(turn.session, held.id), body, key="called_off")


def tell_materials(turn: Turn, held: MeetingView, people: Collection[int], files: Sequence[int], key: str) -> None:
    """What to read before a meeting, to those who should come to it and not to the group."""
    texts, name = turn.texts, meeting_name(turn.texts, held)
    body = texts.say(
        "meeting_notices",
        "materials",
        name=name,
        starts_at=held.starts_at.astimezone(held.zone),
        count=len(files),
    )
    title = texts.say("meeting_notices", "materials_title", name=name)
    turn.push(people, body, title=title, not_after=held.starts_at + STALE, key=key, files=files)


def _tell(
    turn: Turn,
    held: MeetingView,
    people: Collection[int],
    *,
    title: str,
    body: str,
    key: str,
    files: Sequence[int] = (),
    answers: bool = False,
) -> None:
    turn.push(
        people,
        body,
        title=title,
        rows=answer_buttons(turn.texts, held.id) if answers else (),
        not_after=held.starts_at + STALE,
        key=_key(held, key),
        documents=[calendar_file(turn.texts, held, meeting_name(turn.texts, held), turn.now)],
        files=files,
    )


def _announce(
    turn: Turn, held: MeetingView, organizations: Collection[int], body: str, *, key: str, rows: Rows = ()
) -> None:
    for organization_id in organizations:
        turn.announce(organization_id, body, rows=rows, not_after=held.starts_at + STALE, key=_key(held, key))


def _key(held: MeetingView, what: str) -> str:
    return f"meeting:{held.id}:{held.revision}:{what}"
