"""The menu by role, help, and the small replies that belong to no conversation."""

from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.messages import Button, Rows
from handlers.router import reply, resume_parked
from storage.meetings import meetings_for_person
from storage.models import MeetingState, Presence

MENU: tuple[tuple[Role, tuple[tuple[str, ...], ...]], ...] = (
    (Role.SECRETARY, (("convene", "open_check_in"), ("close_meeting", "meetings"), ("reports", "invite"))),
    (Role.OFFICIAL, (("digest",),)),
    (Role.MEMBER, (("check_in", "ask_leave"), ("hand_in_report", "my_data"))),
    (Role.ANYONE, (("topics", "help"),)),
)
"""What each role is offered, in rows."""


@reply("menu", role=Role.ANYONE)
async def show_menu(turn: Turn, argument: str) -> None:
    """What this person can do, as buttons, under whatever is waiting for them."""
    rows = menu_rows(turn)
    if turn.person is None:
        await turn.say(turn.texts.say("menu.menu", "unbound"), rows=rows)
        return
    places = [place.name for role in (Role.SECRETARY, Role.OFFICIAL, Role.MEMBER) for place in turn.places(role)]
    body = turn.texts.say("menu.menu", "bound", name=turn.person.name, places=list(dict.fromkeys(places)))
    open_meetings = await meetings_for_person(turn.session, turn.person.id, states=[MeetingState.OPEN])
    waiting = [meeting for meeting, presence in open_meetings if presence is not Presence.PRESENT]
    if waiting:
        rows = ((Button(turn.texts.say("checkin.check_in", "title"), f"check_in.{waiting[0].id}"),), *rows)
    await turn.say(body, rows=rows)


def menu_rows(turn: Turn) -> Rows:
    """The buttons of the menu, each once."""
    rows = []
    for role, offered in MENU:
        if turn.may(role):
            rows += [tuple(Button(turn.texts.title(name), name) for name in row) for row in offered]
    return tuple(rows)


@reply("help", role=Role.ANYONE)
async def show_help(turn: Turn, argument: str) -> None:
    """How to talk to the assistant."""
    await turn.say(turn.texts.say("menu", "help"), rows=((Button(turn.texts.title("menu"), "menu"),),))


@reply("resume", role=Role.ANYONE)
async def go_on(turn: Turn, argument: str) -> None:
    """Take up what was set aside."""
    await resume_parked(turn, argument)


@reply("stray_file", role=Role.ANYONE)
async def explain_stray_file(turn: Turn, argument: str) -> None:
    """A file that came when nothing asked for one."""
    await turn.say(turn.texts.say("menu", "stray_file"), rows=menu_rows(turn))


@reply("in_group", role=Role.ANYONE)
async def stay_quiet_in_group(turn: Turn, argument: str) -> None:
    """One line and no more, where others read along."""
    await turn.say(turn.texts.say("menu", "in_group"))
