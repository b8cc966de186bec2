"""An official reminds a branch: a kind message that is ready, is shown, can be changed, and says who sent it."""

from dataclasses import dataclass

from handlers.dialogue import Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Place, record_id
from handlers.digest_words import needs, what_words
from handlers.figures import DigestStyle, ScopeFigures, figures_at
from handlers.markup import to_plain
from handlers.messages import Button
from handlers.wording import Marked
from storage.accounts import reach
from storage.digest_nudges import bound_among, hold_branch, is_nudged, nudge_key
from storage.models import OrganizationKind
from storage.people import OrganizationView, audit, organization, secretaries_of

LONGEST = 300
"""Characters of the message."""
REASONS = 2
"""Of so many things somebody is reminded at once; more would read like a reproof."""


@dataclass(frozen=True, slots=True)
class To:
    """Who is reminded: the branch, its secretary and deputies by id and by name, and by whom."""

    branch: OrganizationView
    place: Place
    people: tuple[int, ...]
    names: tuple[str, ...]


@dialogue("remind_branch", role=Role.BOUND)
async def remind(d: Dialogue) -> None:
    """Somebody of a level above sends the secretaries of a branch a few kind words about what is open there."""
    to = await _to_whom(d)
    day = d.turn.now.astimezone(to.place.zone).date()
    if await is_nudged(d.session, to.branch.id, day):
        raise Refused("reminded_today", name=to.branch.name)
    ready = await d.once("ready", lambda: _ready(d, to))
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
    """The branch that a button named, and who there can be written to.

    Raises `Refused` when it is not somebody's to remind, or nobody there can be reached.
    """
    argument = str(d.given.get("argument", ""))
    if not argument:
        raise Refused("which_branch")
    branch = await organization(d.session, record_id(argument))
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
    return To(branch, place, tuple(one.id for one in reached), tuple(one.name for one in reached))


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
