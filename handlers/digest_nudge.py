"""An official reminds a branch: a kind message that is ready, is shown, can be changed, and says who sent it."""

import re
from dataclasses import dataclass

from handlers.dialogue import Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Place, record_id
from handlers.digest_sentences import SPOKEN, overseen
from handlers.digest_words import needs, what_words
from handlers.figures import DigestStyle, ScopeFigures, figures_at
from handlers.markup import to_plain
from handlers.messages import Button
from handlers.organization_choice import OrganizationNamed
from handlers.wording import Marked
from knowledge.branch_names import alike, begun
from storage.accounts import reach
from storage.digest_nudges import bound_among, hold_branch, is_nudged, nudge_key
from storage.models import OrganizationKind
from storage.people import OrganizationView, audit, organization, secretaries_of

LONGEST = 300
"""Characters of the message."""
NAME = 30
"""Characters of a name that fits nothing, as it is said again."""
_FILLER = re.compile(
    r"^(?:一下|一声|下|要|该|赶紧|抓紧|尽快|快点?|让他们|叫他们|请|记得|别忘了?)+(?=吧?$)|[吧啊呀了。.!！~，,]+$"
)
REASONS = 2
"""Of so many things somebody is reminded at once; more would read like a reproof."""


ABOUT = 60
"""Characters of what somebody wants reminded of in the words that are offered."""


@dataclass(frozen=True, slots=True)
class To:
    """Who is reminded: the branch, its secretary and deputies by id and by name, by whom, and of what."""

    branch: OrganizationView
    place: Place
    people: tuple[int, ...]
    names: tuple[str, ...]
    about: str


@dialogue("remind_branch", role=Role.BOUND)
async def remind(d: Dialogue) -> None:
    """Somebody of a level above sends the secretaries of a branch a few kind words about what is open there."""
    to = await _to_whom(d)
    day = d.turn.now.astimezone(to.place.zone).date()
    if await is_nudged(d.session, to.branch.id, day):
        raise Refused("reminded_today", name=to.branch.name)
    ready = await d.once(f"ready:{to.branch.id}", lambda: _ready(d, to))
    words = await d.ask("message", Text(max_length=LONGEST), presumed=ready)
    await d.confirm(name=to.branch.name, people=to.names)
    await hold_branch(d.session, to.branch.id)
    if await is_nudged(d.session, to.branch.id, day):
        await d.say("reminded_today", name=to.branch.name)
        return
    d.turn.push(
        to.people,
        d.texts.say("digest_nudge.remind_branch", "notice", words=words, sender=d.turn.person, place=to.place.name),
        title=d.texts.say("digest_nudge.remind_branch", "push_title", place=to.place.name),
        rows=((Button(d.texts.title("owed"), "owed"), Button(d.texts.title("digest"), "digest")),),
        key=nudge_key(to.branch.id, day),
    )
    await audit(d.session, d.turn.now, d.turn.person_id, to.branch.id, "remind_branch", f"organization:{to.branch.id}")
    await d.say("reminded", people=to.names)


async def _to_whom(d: Dialogue) -> To:
    """The branch that a button or a sentence named, or that is asked for, and who there can be written to.

    Raises `Refused` when it is not somebody's to remind, or nobody there can be reached.
    """
    argument = str(d.given.get("argument", ""))
    about = ""
    if not argument or argument.startswith(SPOKEN):
        number, about = await _named(d, argument.removeprefix(SPOKEN))
    else:
        number = record_id(argument)
    branch = await organization(d.session, number)
    if branch is None or branch.kind is not OrganizationKind.BRANCH:
        raise Refused("gone")
    place = _place_above(d, branch.path)
    secretaries = await secretaries_of(d.session, branch.id)
    if not secretaries:
        raise Refused("no_secretary", name=branch.name)
    ids = [one.id for one in secretaries if one.id != d.turn.person_id]
    if not ids:
        raise Refused("that_is_you", name=branch.name)
    there = {one.person_id for one in await reach(d.session, ids)}
    reached = [one for one in secretaries if one.id in there]
    if not reached:
        names = [one.name for one in secretaries if one.id in ids]
        key = "not_reachable" if await bound_among(d.session, ids) else "not_bound"
        raise Refused(key, people=names)
    return To(branch, place, tuple(one.id for one in reached), tuple(one.name for one in reached), about)


async def _named(d: Dialogue, words: str) -> tuple[int, str]:
    """The branch that words begin with, taken where only one fits and asked for else, and what follows it."""
    branches = [one for one in await overseen(d.turn) if one.kind is OrganizationKind.BRANCH and _is_below(d, one.path)]
    if not branches:
        raise Refused("nobody_below")
    name, about, fits = begun(words, [one.name for one in branches]) if words else ("", "", [])
    likely = fits or alike(name, [one.name for one in branches])
    offered = [branches[at] for at in likely] if 1 < len(fits) <= OrganizationNamed.AT_A_GLANCE else branches
    chosen = await d.ask(
        "branch",
        OrganizationNamed(offered),
        presumed=branches[fits[0]].id if len(fits) == 1 else None,
        name=name[:NAME],
        count=len(fits),
        like=[] if fits else [branches[at].name for at in likely],
    )
    return chosen, _FILLER.sub("", about)[:ABOUT]


def _is_below(d: Dialogue, path: str) -> bool:
    """Whether somebody speaks for a level above."""
    return d.turn.may_at(Role.OFFICIAL, path) or any(
        path.startswith(one.path) and path != one.path for one in d.turn.places(Role.SECRETARY)
    )


def _place_above(d: Dialogue, path: str) -> Place:
    """The organization above a branch for which somebody speaks: as an official of it, or as its secretary."""
    official = [one for one in d.turn.places(Role.OFFICIAL) if path.startswith(one.path)]
    above = [one for one in d.turn.places(Role.SECRETARY) if path.startswith(one.path) and path != one.path]
    if not official and not above:
        raise Refused("not_yours")
    return max(official + above, key=lambda one: len(one.path))


async def _ready(d: Dialogue, to: To) -> str:
    """The words as they are offered; kept with the run, so that what is sent is what was shown."""
    place = Place(to.branch.id, to.branch.name, to.branch.path, to.branch.kind, to.place.zone)
    day = d.turn.now.astimezone(place.zone).date()
    figures = await figures_at(d.session, place, day, d.turn.now)
    return to_plain(
        d.texts.say(
            "digest_nudge.remind_branch",
            "ready",
            names=[f"{name}同志" for name in to.names],
            branch=to.branch.name,
            about=to.about,
            reasons=[Marked(one) for one in _reasons(d, figures)],
        )
    )


def _reasons(d: Dialogue, figures: ScopeFigures) -> list[str]:
    today = figures.now.astimezone(figures.zone).date()
    return [
        d.texts.say("digest_nudge.reason", reason.key, number=reason.number, what=what_words(d.texts, reason.what))
        for branch in figures.branches
        for reason in needs(branch, figures.now, today, DigestStyle().quiet_days)
    ][:REASONS]
