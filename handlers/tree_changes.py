"""What an official records of the tree: set up, renamed, moved, merged, dissolved, terms of office.

The level above decides these things; here it is asked for the day and the paper of its decision, and neither is judged.
"""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from handlers.dialogue import Choice, Day, Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.errors import Invalid
from handlers.dialogue.questions import Asking, Reply
from handlers.dialogue.turn import Place, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.organization_choice import OrganizationNamed
from knowledge.rules.terms import latest_election
from storage.models import OrganizationKind
from storage.people import secretaries_of
from storage.tree import (
    PARENTS,
    Decision,
    Node,
    NotPossible,
    add_organization,
    below,
    check_move,
    check_new,
    check_rename,
    children_of,
    is_open,
    move_organization,
    node,
    nodes_below,
    readers_of,
    rename_organization,
    set_term,
    still_there,
    term_of,
)
from storage.tree_endings import check_dissolve, check_merge, dissolve_organization, ending, merge_organization

LONGEST_NAME = 40
HAVE_TERMS = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH)


class TermChange(StrEnum):
    """Why the day on which a term ends is another: it is put on record, or the election is put off with consent."""

    TERM_SET = "term_set"
    TERM_EXTENDED = "term_extended"


class FreeName(Text):
    """A name that none of these have; without blanks, in half width, as it is read from a roster, and without emoji."""

    def __init__(self, taken: Collection[str]) -> None:
        super().__init__(max_length=LONGEST_NAME)
        self.taken = taken

    def read(self, reply: Reply, asking: Asking, partial: Any) -> str:
        """The name."""
        said = super().read(reply, asking, partial)
        narrow = "".join(unicodedata.normalize("NFKC", said).split())
        return self.load("".join(one for one in narrow if unicodedata.category(one)[0] in "LNP"), asking)

    def load(self, data: Any, asking: Asking) -> str:
        """The name, if it is still free."""
        name = super().load(data, asking)
        if name in self.taken:
            raise Invalid("name_in_use", name=name)
        return name


class Approval(Text):
    """The paper or the meeting by which something was decided; that somebody does not know is none."""

    def __init__(self) -> None:
        super().__init__(max_length=60)

    def read(self, reply: Reply, asking: Asking, partial: Any) -> str:
        """The words."""
        said = super().read(reply, asking, partial)
        if any(asking.texts.means(what, said) for what in ("unsure", "skip")):
            raise Invalid("approval_unknown")
        return said


@contextmanager
def _told_why() -> Iterator[None]:
    """What the tree does not allow is said, and ends the dialogue."""
    try:
        yield
    except NotPossible as no:
        raise Refused(no.key, **no.values) from None


async def _subject(d: Dialogue, kinds: Collection[OrganizationKind], *, own: bool = False) -> Node:
    """The organization that this is about: the one that a button names, or one of the scope that is asked for.

    Raises `Refused` when it is not there any more, or not in the scope; its top only with `own`.
    """
    argument = str(d.given.get("argument", ""))
    places = d.turn.places(Role.OFFICIAL)
    if argument:
        found = await node(d.session, record_id(argument))
        if found is None:
            raise Refused("gone")
        d.turn.require_at(Role.OFFICIAL, found.path)
    else:
        tops = set() if own else {place.path for place in places}
        offered = [one for one in await nodes_below(d.session, d.place.path, kinds) if one.path not in tops]
        found = await _asked(d, "which", offered, "nothing_below")
    with _told_why():
        await is_open(d.session, found.id)
    if found.kind not in kinds:
        raise Refused("not_this_kind", kind=found.kind)
    if not own and not any(found.path.startswith(place.path) and found.path != place.path for place in places):
        raise Refused("own_top", name=found.name)
    return found


async def _asked(d: Dialogue, key: str, offered: Sequence[Node], otherwise: str) -> Node:
    if not offered:
        raise Refused(otherwise)
    above = {one.id: one.parent_name or "" for one in offered}
    chosen = await d.ask(key, OrganizationNamed(offered, above))
    return next(one for one in offered if one.id == chosen)


def _scope(d: Dialogue, one: Node) -> Place:
    """The widest scope of this official that an organization is in."""
    return next(place for place in d.turn.places(Role.OFFICIAL) if one.path.startswith(place.path))


async def _decision(d: Dialogue) -> Decision:
    """When it was decided, and by which paper."""
    decided_on = await d.ask("decided_on", Day(before=d.today))
    approval = await d.ask("approval", Approval())
    return Decision(decided_on, approval, d.turn.person_id, d.turn.now)


async def _concerned(d: Dialogue, *organizations: Node) -> list[int]:
    """Who has to know: the secretaries there and the officials above, without whoever records it."""
    found = [one.id for place in organizations for one in await secretaries_of(d.session, place.id)]
    found += [id for place in organizations for id in await readers_of(d.session, place.path)]
    return [id for id in dict.fromkeys(found) if id != d.turn.person_id]


def _onward(d: Dialogue, organization_id: int) -> Rows:
    return ((Button(d.texts.say("tree_changes", "see_it"), f"tree.{organization_id}"), *back_to_menu(d.turn)[0]),)


@dialogue("new_organization", role=Role.OFFICIAL)
async def set_up(d: Dialogue) -> None:
    """A committee, general branch, branch or group is set up below one of the official's organizations."""
    parents = {parent for allowed in PARENTS.values() for parent in allowed}
    parent = await _subject(d, parents, own=True)
    possible = [kind for kind, allowed in PARENTS.items() if parent.kind in allowed]
    kind = possible[0] if len(possible) == 1 else await d.ask("kind", Choice(OrganizationKind, possible))
    name = await d.ask("name", FreeName({one.name for one in await children_of(d.session, parent.id)}), kind=kind)
    decision = await _decision(d)
    with _told_why():
        await check_new(d.session, kind, name, parent.id)
    await d.confirm(parent=parent.name, kind=kind)
    with _told_why():
        await still_there(d.session, parent)
        added = await add_organization(d.session, kind, name, parent.id, decision)
    await d.notify(await _concerned(d, parent), "notice", parent=parent.name, name=name, decision=decision)
    await d.say("done", rows=_onward(d, added), parent=parent.name, name=name, kind=kind)


@dialogue("rename_organization", role=Role.OFFICIAL)
async def rename(d: Dialogue) -> None:
    """An organization is called something else; an old roster still knows it by its old name."""
    one = await _subject(d, list(OrganizationKind))
    beside = await children_of(d.session, one.parent_id) if one.parent_id else []
    name = await d.ask("name", FreeName({each.name for each in beside}), was=one.name)
    decision = await _decision(d)
    with _told_why():
        await check_rename(d.session, one.id, name)
    await d.confirm(was=one.name)
    with _told_why():
        await still_there(d.session, one)
        await rename_organization(d.session, one.id, name, decision)
    await d.notify(await _concerned(d, one), "notice", was=one.name, name=name, decision=decision)
    await d.say("done", rows=_onward(d, one.id), was=one.name, name=name)


@dialogue("move_organization", role=Role.OFFICIAL)
async def move(d: Dialogue) -> None:
    """An organization goes under another, with all below it; people and records stay what they are."""
    one = await _subject(d, HAVE_TERMS)
    offered = [
        each
        for each in await nodes_below(d.session, _scope(d, one).path, PARENTS[one.kind])
        if each.id != one.parent_id and not each.path.startswith(one.path)
    ]
    parent = await _asked(d, "where", offered, "nowhere_to_go")
    with _told_why():
        await check_move(d.session, one.id, parent.id)
    decision = await _decision(d)
    await d.confirm(name=one.name, origin=one.parent_name, parent=parent.name, below=await below(d.session, one.path))
    told = await _concerned(d, one, parent)
    with _told_why():
        await still_there(d.session, one, parent)
        await move_organization(d.session, one.id, parent.id, decision)
    await d.notify(told, "notice", name=one.name, origin=one.parent_name, parent=parent.name, decision=decision)
    await d.say("done", rows=_onward(d, one.id), name=one.name, parent=parent.name)


@dialogue("merge_organization", role=Role.OFFICIAL)
async def merge(d: Dialogue) -> None:
    """An organization becomes part of another, with its people and what is under way; its records stay readable."""
    one = await _subject(d, list(OrganizationKind))
    offered = [
        each
        for each in await nodes_below(d.session, _scope(d, one).path, [one.kind])
        if not each.path.startswith(one.path)
        and (one.kind is not OrganizationKind.GROUP or each.parent_id == one.parent_id)
    ]
    into = await _asked(d, "into", offered, "nothing_to_join")
    with _told_why():
        await check_merge(d.session, one.id, into.id)
    decision = await _decision(d)
    await d.confirm(name=one.name, into=into.name, kind=one.kind, left=await ending(d.session, one))
    told = await _concerned(d, one, into)
    with _told_why():
        await still_there(d.session, one, into)
        done = await merge_organization(d.session, one.id, into.id, decision)
    await d.notify(told, "notice", name=one.name, into=into.name, people=done.people, decision=decision)
    await d.say("done", rows=_onward(d, into.id), name=one.name, into=into.name, people=done.people)


@dialogue("dissolve_organization", role=Role.OFFICIAL)
async def dissolve(d: Dialogue) -> None:
    """An organization in which nothing is left is no more."""
    one = await _subject(d, list(OrganizationKind))
    with _told_why():
        await check_dissolve(d.session, one.id)
    decision = await _decision(d)
    await d.confirm(name=one.name, left=await ending(d.session, one))
    told = await _concerned(d, one)
    with _told_why():
        await still_there(d.session, one)
        await dissolve_organization(d.session, one.id, decision)
    await d.notify(told, "notice", name=one.name, decision=decision)
    await d.say("done", rows=back_to_menu(d.turn), name=one.name)


@dialogue("set_term", role=Role.OFFICIAL)
async def say_when_a_term_ends(d: Dialogue) -> None:
    """The day on which a term of office ends is put on record, or put off as the level above has agreed."""
    one = await _subject(d, HAVE_TERMS)
    posts, ends_now = await term_of(d.session, one.id)
    if not posts:
        raise Refused("nobody_serves", name=one.name)
    why = await d.ask("why", Choice(TermChange), name=one.name, ends=ends_now)
    extended = why is TermChange.TERM_EXTENDED
    ends = await d.ask("ends", Day(after=ends_now if extended else None, since=d.today), extended=extended)
    decision = await _decision(d)
    beyond = extended and ends_now is not None and ends > latest_election(ends_now)
    await d.confirm(name=one.name, posts=posts, was=ends_now, beyond=beyond)
    with _told_why():
        await still_there(d.session, one)
        count = await set_term(d.session, one.id, ends, decision, extended=extended)
    await d.notify(await _concerned(d, one), "notice", name=one.name, ends=ends, extended=extended, decision=decision)
    await d.say("done", rows=_onward(d, one.id), name=one.name, ends=ends, count=count)
