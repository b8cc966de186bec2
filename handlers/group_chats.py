"""Group chats: linked to a branch by its secretary; the bot is quiet there unless asked, and names nobody's records."""

from handlers.answer_words import fitted_answer
from handlers.dialogue import Dialogue, Option, Refused, Role, dialogue
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.dialogue.turns import in_private
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Kind, Rows
from handlers.router import is_a_question, reply
from handlers.wording import tidy
from storage.group_chats import GroupView, group_at, group_of_id, groups_of, link_chat, unlink_chat
from storage.people import audit

FROM_A_GROUP = ("coming", "ask_leave", "check_in")
"""The buttons that the bot posts into groups; what they do is answered to the person alone."""
LONGEST = 200
"""What is longer than this was not meant as a question to the handbook."""


@reply("in_group", role=Role.ANYONE)
async def answer_in_group(turn: Turn, argument: str) -> None:
    """Where others read along: a button is answered in private, a general question from the handbook, the rest with
    one line."""
    incoming = turn.incoming
    if not incoming.address.group:
        raise Refused("only_in_groups")
    name, _, rest = incoming.payload.partition(".")
    if incoming.kind is Kind.TAP and name in FROM_A_GROUP:
        await _alone(turn, name, rest)
    elif incoming.kind is Kind.TEXT and _means(turn, "link_group"):
        await _alone(turn, "link_group", incoming.address.chat)
    elif incoming.kind is Kind.TEXT and _means(turn, "unlink_group"):
        linked = await group_at(turn.session, incoming.address.channel, incoming.address.tenant, incoming.address.chat)
        if linked is None:
            raise Refused("not_linked")
        await _alone(turn, "unlink_group", str(linked.id))
    else:
        await turn.say(_general_answer(turn) or turn.texts.say("group_chats", "quiet"))


def _means(turn: Turn, name: str) -> bool:
    return tidy(turn.incoming.text) in map(tidy, turn.texts.words(name))


async def _alone(turn: Turn, name: str, argument: str) -> None:
    """Go on with the person in private; in the group not even a refusal is said."""
    if turn.person is None or not in_private(turn):
        raise Refused("find_me_first")
    await turn.go(name, argument)


def _general_answer(turn: Turn) -> str:
    """What the handbook says to everybody; nothing that a branch has added, for others may read along."""
    text = " ".join(turn.incoming.text.split())
    if turn.incoming.kind is not Kind.TEXT or len(text) > LONGEST or not is_a_question(text):
        return ""
    handbook = turn.around.handbook
    found = handbook.ask(text, today=turn.today, sees=lambda key: handbook.owner(key) is None)
    if found.status != "answered" or found.entry is None:
        return ""
    return fitted_answer(turn.texts, found.entry, found.answer, ())[0]


@dialogue("link_group", role=Role.SECRETARY)
async def link_group(d: Dialogue) -> None:
    """A secretary who asked for it in a group confirms in private which branch's notices are posted there."""
    chat, account = str(d.given.get("argument", "")), d.turn.account
    if not chat or not (d.turn.group or d.journal.asked):
        # Only what begins in a group is about that group: the id of another could be made up.
        raise Refused("from_the_group")
    place = await _place(d)
    if (linked := await group_at(d.session, account.channel, account.tenant, chat)) is not None:
        mine = linked.organization_name if d.turn.may_at(Role.SECRETARY, linked.path) else ""
        raise Refused("linked_already", branch=mine)
    await d.confirm(branch=place.name)
    done = await link_chat(
        d.session,
        account.channel,
        account.tenant,
        chat,
        organization_id=place.organization_id,
        person_id=d.turn.person_id,
        now=d.turn.now,
    )
    if not done:
        await d.say("linked_already", branch="")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "link_group", "group_chat")
    await d.say("linked", branch=place.name)


async def _place(d: Dialogue) -> Place:
    """The branch that is meant; the button names the group, so who has several is asked."""
    places = d.turn.places(Role.SECRETARY)
    if len(places) == 1:
        return places[0]
    chosen = await d.ask("branch", OneOf([Option(str(one.organization_id), one.name) for one in places]))
    return next(one for one in places if str(one.organization_id) == chosen)


@reply("linked_groups", role=Role.SECRETARY)
async def list_groups(turn: Turn, argument: str) -> None:
    """The group chats of a secretary's branches, each with a button to let go of it."""
    groups = [
        one for place in turn.places(Role.SECRETARY) for one in await groups_of(turn.session, place.organization_id)
    ]
    if not groups:
        raise Refused("none_linked")
    rows: Rows = tuple(
        (Button(turn.texts.say("group_chats.linked_groups", "unlink", number=number), f"unlink_group.{one.id}"),)
        for number, one in enumerate(groups, 1)
    )
    names = [one.organization_name for one in groups]
    await turn.say(
        turn.texts.say("group_chats.linked_groups", "list", branches=names), rows=(*rows, *back_to_menu(turn))
    )


@dialogue("unlink_group", role=Role.SECRETARY)
async def unlink_group(d: Dialogue) -> None:
    """The secretary lets go of a group chat: nothing is posted there any more."""
    group = await _linked(d)
    await d.confirm(branch=group.organization_name)
    await unlink_chat(d.session, group.channel, group.tenant, group.chat)
    await audit(d.session, d.turn.now, d.turn.person_id, group.organization_id, "unlink_group", "group_chat")
    await d.say("unlinked", branch=group.organization_name)


async def _linked(d: Dialogue) -> GroupView:
    argument = str(d.given.get("argument", ""))
    if argument:
        group = await group_of_id(d.session, record_id(argument))
        if group is None:
            raise Refused("gone")
        d.turn.require_at(Role.SECRETARY, group.path)
        return group
    groups = await groups_of(d.session, d.place.organization_id)
    if not groups:
        raise Refused("none_linked")
    if len(groups) == 1:
        return groups[0]
    options = [Option(str(one.id), f"{place}. {one.organization_name}") for place, one in enumerate(groups, 1)]
    chosen = await d.ask("which", OneOf(options))
    return next(one for one in groups if str(one.id) == chosen)
