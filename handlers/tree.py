"""The tree of organizations as an official sees it: one organization a page, what is below it, what can be done."""

from collections.abc import Sequence

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Rows
from handlers.router import reply
from storage.models import OrganizationKind
from storage.people import secretaries_of
from storage.tree import Node, below, changes_of, children_of, node, predecessors_of, term_of

PAGE = 6
CHANGES = 3
"""How many of the newest changes a page tells of."""


@reply("tree", role=Role.OFFICIAL)
async def show_organization(turn: Turn, argument: str) -> None:
    """An organization that is named by its id, at a page of what is below it; else the official's own."""
    which, _, page = argument.partition(".")
    places = turn.places(Role.OFFICIAL)
    if not which and len(places) > 1:
        rows = tuple((Button(one.name, f"tree.{one.organization_id}"),) for one in places)
        await turn.say(turn.texts.say("tree.tree", "which"), rows=rows)
        return
    one = await node(turn.session, record_id(which) if which else places[0].organization_id)
    if one is None:
        raise Refused("gone")
    turn.require_at(Role.OFFICIAL, one.path)
    children = await children_of(turn.session, one.id)
    changes = await changes_of(turn.session, one.id)
    _, ends = await term_of(turn.session, one.id)
    words = turn.texts.say(
        "tree.tree",
        "page",
        one=one,
        secretaries=[each.name for each in await secretaries_of(turn.session, one.id)] if not one.closed_on else [],
        below=await below(turn.session, one.path),
        children=len(children),
        term_ends=ends,
        changes=[turn.texts.say("tree.tree", "change", change=each, of=one.name) for each in changes[-CHANGES:]],
        before=[each.name for each in await predecessors_of(turn.session, one.id)],
    )
    await turn.say(words, rows=_rows(turn, one, children, page), replaces=bool(argument))


def _rows(turn: Turn, one: Node, children: Sequence[Node], page: str) -> Rows:
    """What is below it, what can be done with it, and the way up."""
    named = [Button(child.name, f"tree.{child.id}") for child in children]
    shown, steps, _ = page_of(turn, named, f"tree.{one.id}", page, PAGE)
    rows = [tuple(shown[at : at + 2]) for at in range(0, len(shown), 2)]
    if steps:
        rows.append(steps)
    mine = {place.path for place in turn.places(Role.OFFICIAL)}
    below_mine = any(one.path.startswith(path) and one.path != path for path in mine)
    if one.closed_on is None:
        rows += _actions(turn, one, below_mine=below_mine)
    # What is no more lies below what it became part of; where it was may be outside the scope by now.
    above = one.path.strip("/").split("/")[:-1]
    up = (Button(turn.texts.say("tree.tree", "up"), f"tree.{above[-1]}"),) if below_mine and above else ()
    return (*(row for row in rows if row), (*up, *back_to_menu(turn)[0]))


def _actions(turn: Turn, one: Node, *, below_mine: bool) -> list[tuple[Button, ...]]:
    title = turn.texts.title
    is_group = one.kind is OrganizationKind.GROUP
    first = [] if is_group else [Button(title("new_organization"), f"new_organization.{one.id}")]
    if not below_mine:
        return [tuple(first)]
    first.append(Button(title("rename_organization"), f"rename_organization.{one.id}"))
    second = [] if is_group else [Button(title("move_organization"), f"move_organization.{one.id}")]
    second.append(Button(title("merge_organization"), f"merge_organization.{one.id}"))
    second.append(Button(title("dissolve_organization"), f"dissolve_organization.{one.id}"))
    if not is_group:
        first.append(Button(title("set_term"), f"set_term.{one.id}"))
    return [tuple(first), tuple(second)]
