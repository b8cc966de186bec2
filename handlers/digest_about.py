"""A branch that somebody named in a sentence and that is not one clearly: which of several, or none."""

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.digest_sentences import overseen, week_before
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.router import reply
from knowledge.branch_names import alike, fitting
from storage.models import OrganizationKind
from storage.people import OrganizationView

MOST = 8
"""Of more organizations than this a name is asked for that says more."""
NAME = 30
"""Characters of a name as it is said again."""
LABEL = 24


@reply("digest_about", role=Role.BOUND)
async def show_named(turn: Turn, argument: str) -> None:
    """The organizations that a name fits, or is like, with a button each; nothing about any that somebody does not
    oversee, not even whether it is there."""
    back, _, name = argument.partition(".")
    organizations = await overseen(turn)
    if not organizations or not name:
        raise Refused("nobody_reads")
    names = [one.name for one in organizations]
    fits = fitting(name, names)
    if len(fits) > MOST:
        raise Refused("too_many", name=name[:NAME], count=len(fits))
    found = [organizations[at] for at in fits or alike(name, names)]
    rows = tuple((_button(one, week_before(turn, back)),) for one in found)
    key = "several" if fits else "like" if found else "none"
    whole = () if found else (Button(turn.texts.title("digest"), "digest"),)
    words = turn.texts.say("digest_about.digest_about", key, name=name[:NAME], count=len(fits))
    await turn.say(words, rows=(*rows, (*whole, *back_to_menu(turn)[0])))


def _button(one: OrganizationView, week: str) -> Button:
    shows = "digest_branch" if one.kind is OrganizationKind.BRANCH else "digest_whole"
    label = one.name if len(one.name) <= LABEL else f"{one.name[: LABEL - 1]}…"
    return Button(label, f"{shows}.{one.id}.{week}")
