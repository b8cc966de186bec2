"""Keeping the handbook alive from the chat: what was not answered, one's own entries, taking over those from below."""

from datetime import timedelta

from handlers.dialogue import Dialogue, Lines, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn, record_id
from handlers.library import refresh, seen_by
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.router import reply
from knowledge.likeness import grouped
from storage.branch_entries import (
    BranchEntryView,
    add_entry,
    adopt_entry,
    remove_entry,
    standing_entries,
    standing_entry,
)
from storage.people import audit
from storage.questions import Unanswered, question, settle, unanswered

DAYS = 90
LONGEST_ANSWER = 300
SHOWN = 10


@reply("knowledge", role=Role.CURATOR)
async def look_after(turn: Turn, argument: str) -> None:
    """What can be done for the handbook from the chat."""
    names = ("add_entry", "unanswered", "our_entries")
    rows = tuple((Button(turn.texts.title(name), name),) for name in names)
    await turn.say(turn.texts.say("curation.knowledge", "what"), rows=rows)


@dialogue("add_entry", role=Role.CURATOR)
async def write_entry(d: Dialogue) -> None:
    """Somebody who looks after the knowledge of an organization adds an entry; it is found at once, there and below."""
    asked = await _question(d.turn, str(d.given["argument"])) if d.given else ""
    title = await d.ask("question", Text(max_length=40, suggestions=[asked] if 0 < len(asked) <= 40 else []))
    handbook = d.turn.around.handbook
    await refresh(handbook, d.session)
    found = handbook.ask(title, 1, sees=seen_by(d.turn))
    if found.candidates and found.candidates[0].score == 100 and found.entry is not None and found.reckoned is None:
        raise Refused("answered_already", title=found.entry.title)
    answer = await d.ask("answer", Lines(at_most=12, max_length=LONGEST_ANSWER), longest=LONGEST_ANSWER)
    sources = [d.texts.say(d.file, key) for key in ("meeting_source", "notice_source", "custom_source")]
    source = await d.ask("source", Text(max_length=60, suggestions=sources))
    others = await d.ask("others", Lines(at_most=8, max_length=40))
    await d.confirm(place=d.place.name)
    aliases = [] if others[0] in d.texts.find(d.file, "none") else others
    entry_id = await add_entry(
        d.session,
        organization_id=d.place.organization_id,
        author_id=d.turn.person_id,
        title=title,
        aliases=[*aliases, *([asked] if asked and asked != title else [])],
        answer="\n".join(answer),
        source=source,
        now=d.turn.now,
    )
    if asked:
        await settle(d.session, [asked], d.turn.now, path=d.place.path)
    place = d.place.organization_id
    await audit(d.session, d.turn.now, d.turn.person_id, place, "add_entry", f"branch_entry:{entry_id}")
    await d.say("kept", rows=((Button(title, f"know.b{entry_id}"),),))


async def _question(turn: Turn, argument: str) -> str:
    """The question that a button named, if it was asked where this person looks after the knowledge."""
    asked = await question(turn.session, record_id(argument))
    if asked is None:
        raise Refused("gone")
    turn.require_at(Role.CURATOR, asked.path or "")
    return asked.text


async def _groups(turn: Turn) -> list[list[Unanswered]]:
    """What was not answered lately in what this person looks after, like questions together, the most asked first."""
    found: dict[str, Unanswered] = {}
    for place in turn.places(Role.CURATOR):
        for each in await unanswered(turn.session, turn.now - timedelta(days=DAYS), 200, path=place.path):
            found.setdefault(each.text, each)
    groups = grouped(found.values(), lambda each: each.text)
    return sorted(groups, key=lambda group: -sum(each.times for each in group))


@reply("unanswered", role=Role.CURATOR)
async def list_unanswered(turn: Turn, argument: str) -> None:
    """The questions that nobody has answered yet, each a button."""
    groups = await _groups(turn)
    say = turn.texts.say
    if not groups:
        await turn.say(say("curation.unanswered", "none", days=DAYS), rows=back_to_menu(turn))
        return
    rows = tuple(
        (
            Button(
                say("curation.unanswered", "times", text=group[0].text[:24], times=sum(each.times for each in group)),
                f"unanswered_one.{group[0].id}",
            ),
        )
        for group in groups[:SHOWN]
    )
    await turn.say(say("curation.unanswered", "list", days=DAYS, count=len(groups)), rows=rows)


async def _group_of(turn: Turn, argument: str) -> list[Unanswered]:
    wanted = record_id(argument)
    found = [group for group in await _groups(turn) if any(each.id == wanted for each in group)]
    if not found:
        raise Refused("gone")
    return found[0]


@reply("unanswered_one", role=Role.CURATOR)
async def show_unanswered(turn: Turn, argument: str) -> None:
    """One unanswered question and what can be made of it: an entry, another name of an entry, or nothing."""
    group = await _group_of(turn, argument)
    first = group[0]
    handbook = turn.around.handbook
    await refresh(handbook, turn.session)
    near = handbook.ask(first.text, 3, sees=seen_by(turn)).candidates
    body = turn.texts.say(
        "curation.unanswered_one",
        "page",
        text=first.text,
        times=sum(each.times for each in group),
        alike=[each.text for each in group[1:4]],
    )
    rows = [(Button(one.entry.title, f"name_it.{first.id}.{one.entry.id}"),) for one in near]
    last = (
        Button(turn.texts.title("add_entry"), f"add_entry.{first.id}"),
        Button(turn.texts.say("curation.unanswered_one", "dismiss"), f"dismiss.{first.id}"),
    )
    await turn.say(body, rows=(*rows, last))


@reply("dismiss", role=Role.CURATOR)
async def dismiss(turn: Turn, argument: str) -> None:
    """A question that needs no answer is listed no more, until it is asked again."""
    await _settle(turn, await _group_of(turn, argument))
    await turn.say(turn.texts.say("curation.dismiss", "done"), rows=_to_the_list(turn))


@reply("name_it", role=Role.CURATOR)
async def name_an_entry(turn: Turn, argument: str) -> None:
    """From now on, where this person looks after the knowledge, the question is answered with this entry."""
    question_id, _, entry_id = argument.partition(".")
    group = await _group_of(turn, question_id)
    entry = turn.around.handbook.entry(entry_id)
    if entry is None or not seen_by(turn)(entry_id):
        raise Refused("gone")
    place = turn.places(Role.CURATOR)[0]
    kept = await add_entry(
        turn.session,
        organization_id=place.organization_id,
        author_id=turn.person_id,
        title=entry.title,
        aliases=[each.text for each in group],
        answer="",
        source="",
        extends=entry.id,
        now=turn.now,
    )
    await audit(turn.session, turn.now, turn.person_id, place.organization_id, "name_entry", f"branch_entry:{kept}")
    await _settle(turn, group)
    words = turn.texts.say("curation.name_it", "named", text=group[0].text, title=entry.title)
    await turn.say(words, rows=_to_the_list(turn))


async def _settle(turn: Turn, group: list[Unanswered]) -> None:
    for place in turn.places(Role.CURATOR):
        await settle(turn.session, [each.text for each in group], turn.now, path=place.path)


def _to_the_list(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    return ((Button(turn.texts.title("unanswered"), "unanswered"), *back_to_menu(turn)[0]),)


@reply("our_entries", role=Role.CURATOR)
async def list_entries(turn: Turn, argument: str) -> None:
    """What this person's organizations, and those below, have added, the newest first."""
    found = {
        entry.id: entry
        for place in turn.places(Role.CURATOR)
        for entry in await standing_entries(turn.session, place.path)
    }
    if not found:
        raise Refused("none")
    rows = tuple(
        (Button(f"{entry.title[:20]} · {entry.organization_name[:12]}", f"our_entry.{entry.id}"),)
        for entry in list(found.values())[:SHOWN]
    )
    await turn.say(turn.texts.say("curation.our_entries", "list", count=len(found)), rows=rows)


async def _ours(turn: Turn, argument: str) -> BranchEntryView:
    entry = await standing_entry(turn.session, record_id(argument))
    if entry is None:
        raise Refused("gone")
    turn.require_at(Role.CURATOR, entry.path)
    return entry


@reply("our_entry", role=Role.CURATOR)
async def show_our_entry(turn: Turn, argument: str) -> None:
    """One added entry: to be taken over by the level above, or taken back."""
    entry = await _ours(turn, argument)
    above = any(place.path != entry.path for place in turn.places(Role.CURATOR) if entry.path.startswith(place.path))
    names = (["adopt_entry"] if above else []) + ["remove_entry"]
    buttons = tuple(Button(turn.texts.title(name), f"{name}.{entry.id}") for name in names)
    await turn.say(turn.texts.say("curation.our_entry", "page", entry=entry), rows=(buttons, *back_to_menu(turn)))


@dialogue("adopt_entry", role=Role.CURATOR)
async def take_over(d: Dialogue) -> None:
    """An entry of a branch becomes one of the organization above it."""
    entry = await _ours(d.turn, str(d.given.get("argument", "")))
    above = [place for place in d.turn.places(Role.CURATOR) if entry.path.startswith(place.path)]
    place = above[0]
    if place.path == entry.path:
        raise Refused("not_yours")
    await d.confirm(where=entry.organization_name, title=entry.title, place=place.name)
    done = await adopt_entry(
        d.session, entry, organization_id=place.organization_id, author_id=d.turn.person_id, now=d.turn.now
    )
    if not done:
        await d.say("changed")
        return
    subject = f"branch_entry:{entry.id}"
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "adopt_entry", subject)
    await d.say("adopted", place=place.name)


@dialogue("remove_entry", role=Role.CURATOR)
async def take_back(d: Dialogue) -> None:
    """An added entry is taken back."""
    entry = await _ours(d.turn, str(d.given.get("argument", "")))
    await d.confirm(title=entry.title)
    if not await remove_entry(d.session, entry.id, d.turn.now):
        await d.say("changed")
        return
    subject = f"branch_entry:{entry.id}"
    await audit(d.session, d.turn.now, d.turn.person_id, entry.organization_id, "remove_entry", subject)
    await d.say("removed")
