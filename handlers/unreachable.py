"""Which of her members a secretary's messages do not reach, and what can be done about it."""

from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.menu_rows import Row, back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from knowledge.choices import by_pinyin
from storage.unreachable import unreachable_in

PAGE = 24
"""Names on a page: those of a large branch that has only begun are many."""


@reply("unreachable", role=Role.SECRETARY)
async def list_unreachable(turn: Turn, argument: str) -> None:
    """Who of a secretary's branches cannot be written to: those who stopped the bot first, then those never bound."""
    places = {place.organization_id: place.name for place in turn.places(Role.SECRETARY)}
    found = sorted(
        await unreachable_in(turn.session, places),
        key=lambda one: (not one.bound, places[one.organization_id], by_pinyin(one.name)),
    )
    page = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 6 else 0
    start = page * PAGE if page * PAGE < len(found) else 0
    shown = found[start : start + PAGE]

    def names(bound: bool) -> list[str]:
        """With the branch behind each where there are several."""
        behind = {id: f"（{name}）" if len(places) > 1 else "" for id, name in places.items()}
        return [one.name + behind[one.organization_id] for one in shown if one.bound is bound]

    body = turn.texts.say(
        "unreachable.unreachable",
        "list" if found else "nobody",
        places=list(places.values()),
        stopped=names(True),
        unbound=names(False),
        stopped_count=sum(one.bound for one in found),
        unbound_count=sum(not one.bound for one in found),
    )
    await turn.say(body, rows=(*_steps(turn, start, len(found)), *_ways(turn, bool(found))))


def _steps(turn: Turn, start: int, count: int) -> Rows:
    say, steps = turn.texts.say, list[Button]()
    if start:
        steps.append(Button(say("shared", "earlier_button"), f"unreachable.{start // PAGE - 1}"))
    if start + PAGE < count:
        steps.append(Button(say("shared", "further_button"), f"unreachable.{start // PAGE + 1}"))
    return (tuple(steps),) if steps else ()


def _ways(turn: Turn, somebody: bool) -> Rows:
    invite: Row = (Button(turn.texts.title("invite"), "invite"),) if somebody else ()
    return ((*invite, *back_to_menu(turn)[0]),)
