"""The menu by role, help, and the small replies that belong to no conversation."""

from collections.abc import Sequence

from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.meeting_notices import answer_buttons
from handlers.meeting_words import meeting_label, meeting_name
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply, resume_parked
from storage.meetings import MeetingView, attendance_of, meetings_for_person, meetings_of
from storage.models import MeetingState, Presence
from storage.outbox import offered
from storage.reports import reports_to

MENU: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (
        Role.SECRETARY,
        (
            "convene",
            "open_check_in",
            "owed",
            "procedures",
            "cases",
            "meetings",
            "reports",
            "dues",
            "learning",
            "invite",
        ),
    ),
    (Role.OFFICIAL, ("digest", "dashboard", "tree")),
    (Role.MEMBER, ("check_in", "ask_leave", "hand_in_report", "my_data")),
    (Role.CURATOR, ("knowledge",)),
    (Role.ANYONE, ("topics", "help")),
)
"""What each role is offered, in this order."""
WHILE_OPEN = ("count", "mark_present", "open_check_in", "close_meeting")
"""What a secretary is offered above all, while a meeting of hers takes people's check-ins."""
UNREAD_SHOWN = 50
SEEN = "reminders_seen."
"""How the button begins that says of what one is reminded of: 知道了."""


@reply("menu", role=Role.ANYONE)
async def show_menu(turn: Turn, argument: str) -> None:
    """What this person can do, as buttons, under whatever is waiting for them."""
    say, rows = turn.texts.say, menu_rows(turn)
    if turn.person is None:
        await turn.say(say("menu.menu", "unbound"), rows=rows)
        return
    places = [place.name for role in (Role.SECRETARY, Role.OFFICIAL, Role.MEMBER) for place in turn.places(role)]
    mine = await meetings_for_person(turn.session, turn.person.id, states=[MeetingState.CONVENED, MeetingState.OPEN])
    running, unread = await _for_the_secretary(turn)
    body = say(
        "menu.menu",
        "bound",
        name=turn.person.name,
        places=list(dict.fromkeys(places)),
        coming=[_told(turn, held) for held, _ in mine if held.state is MeetingState.CONVENED][:2],
        running=[meeting_name(turn.texts, held) for held in running],
        unread=unread,
    )
    if running:
        titles = {"open_check_in": say("menu.menu", "show_code")}
        now = [Button(titles.get(name) or turn.texts.title(name), f"{name}.{running[0].id}") for name in WHILE_OPEN]
        others = [button for row in rows for button in row if button.payload not in ("open_check_in", "check_in")]
        rows = (*_paired(now), *_paired(others))
    waiting = [held for held, presence in mine if held.state is MeetingState.OPEN and presence is not Presence.PRESENT]
    if waiting:
        label = say("menu.menu", "check_in_now", meeting=meeting_name(turn.texts, waiting[0]))
        # Who may mark others present may check in from anywhere; the others need the code of the room, or the button
        # that they were sent if the secretary lets people check in from afar.
        payload = f"check_in_too.{waiting[0].id}" if turn.may_at(Role.SECRETARY, waiting[0].path) else "check_in"
        rows = ((Button(label, payload),), *rows)
    await turn.say(body, rows=rows)


def _told(turn: Turn, held: MeetingView) -> str:
    return f"{meeting_label(turn.texts, turn.zone, held)}，{held.place}"


async def _for_the_secretary(turn: Turn) -> tuple[list[MeetingView], int]:
    """The meetings of a secretary's branches that take check-ins now, and how many reports wait for her."""
    running: list[MeetingView] = []
    unread = 0
    for place in turn.places(Role.SECRETARY):
        running += await meetings_of(turn.session, place.organization_id, states=[MeetingState.OPEN], limit=1)
        unread += len(await reports_to(turn.session, place.organization_id, unread_only=True, limit=UNREAD_SHOWN))
    return running, unread


def menu_rows(turn: Turn) -> Rows:
    """The buttons of the menu, each once."""
    return _paired([Button(turn.texts.title(name), name) for role, names in MENU if turn.may(role) for name in names])


def _paired(buttons: Sequence[Button]) -> Rows:
    """Two in a row; of an odd number the first, which matters most, has a row of its own."""
    alone = len(buttons) % 2
    return tuple(tuple(buttons[max(start, 0) : start + 2]) for start in range(-alone, len(buttons), 2))


@reply("help", role=Role.ANYONE)
async def show_help(turn: Turn, argument: str) -> None:
    """How to talk to the assistant."""
    await turn.say(turn.texts.say("menu", "help"), rows=((Button(turn.texts.title("menu"), "menu"),),))


@reply("resume", role=Role.ANYONE)
async def go_on(turn: Turn, argument: str) -> None:
    """Take up what was set aside."""
    await resume_parked(turn, argument)


@reply("courtesy", role=Role.ANYONE)
async def be_polite(turn: Turn, argument: str) -> None:
    """Thanks, or a nod: to a notice that waits for an answer it is no answer yet, so the question is put again.

    To what somebody is reminded of it is one: 知道了.
    """
    newest = (await offered(turn.session, turn.account.id, 1) or [[]])[0]
    if nod := next((payload for _, payload in newest if payload.startswith(SEEN)), ""):
        await turn.go(*nod.split(".", 1))
        return
    states = [MeetingState.CONVENED]
    mine = [] if turn.person is None else await meetings_for_person(turn.session, turn.person.id, states=states)
    held = next((held for held, presence in mine if presence is Presence.EXPECTED and held.starts_at > turn.now), None)
    if held is None or not await _is_asked(turn, held):
        await turn.say(turn.texts.say("menu", "courtesy"), rows=back_to_menu(turn))
        return
    rows = answer_buttons(turn.texts, held.id)
    await turn.say(turn.texts.say("menu.courtesy", "coming", when=_told(turn, held)), rows=rows)


async def _is_asked(turn: Turn, held: MeetingView) -> bool:
    people = await attendance_of(turn.session, held.id)
    return any(one.person_id == turn.person_id and one.will_come is None for one in people)


@reply("stray_file", role=Role.ANYONE)
async def explain_stray_file(turn: Turn, argument: str) -> None:
    """A file that came when nothing asked for one."""
    await turn.say(turn.texts.say("menu", "stray_file"), rows=menu_rows(turn))
