"""Leafing through books by chapter: the reader of 2012 as curated entries, imported readings as they are written.

Nothing is kept between two messages: a button names a reading or a passage, and what may be seen is asked of the
database each time. A chapter is named by its first passage, since its number changes when a reading is brought up to
date.
"""

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.library import paths_of, place_of, refresh, seen_by
from handlers.markup import escape, to_plain
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Rows
from handlers.router import reply
from handlers.screen import SCREEN, folded, lines
from handlers.wording import Marked
from knowledge.chapters import chapters_of_the_reader
from storage.readings import (
    ChapterView,
    PassagePlace,
    PassageText,
    chapters_of,
    passage_place,
    passages_of_chapter,
    reading_seen,
    readings_seen,
)

PAGE = 8
LABEL = 30
"""Characters of a button that names a book, a chapter or a passage; platforms cut longer ones."""
WHOLE = "all"


@reply("readings", role=Role.ANYONE)
async def show_shelf(turn: Turn, argument: str) -> None:
    """The books that this person may leaf through, a page at a time; the argument is the page."""
    say = turn.texts.say
    books = [Button(say("readings.readings", "reader"), "reader")]
    for one in await readings_seen(turn.session, paths_of(turn)):
        named = say("readings.readings", "owned", title=one.title, owner=one.owner) if one.owner else one.title
        books.append(Button(_label(named), f"reading.{one.id}"))
    shown, steps, _ = page_of(turn, books, "readings", argument, PAGE)
    steps = (*steps, Button(say("readings.readings", "topics"), "topics"))
    await turn.say(say("readings.readings", "which"), rows=(*_alone(shown), steps), replaces=True)


@reply("reader", role=Role.ANYONE)
async def show_reader(turn: Turn, argument: str) -> None:
    """The reader of 2012: its chapters, as "all.page", or the entries of the one of that number, as "chapter.page"."""
    await refresh(turn.around.handbook, turn.session)
    say, sees = turn.texts.say, seen_by(turn)
    chapters = chapters_of_the_reader(entry for entry in turn.around.handbook.entries if sees(entry.id))
    number, _, page = argument.partition(".")
    if not (number.isascii() and number.isdecimal() and int(number) < len(chapters)):
        labels = [
            Button(
                _label(say("readings.reader", "chapter", name=each.name, first=each.first, last=each.last)),
                f"reader.{at}",
            )
            for at, each in enumerate(chapters)
        ]
        shown, steps, _ = page_of(turn, labels, "reader.all", page, PAGE)
        steps = (*steps, Button(say("readings.reading", "others"), "readings"))
        await turn.say(say("readings.reader", "chapters"), rows=(*_alone(shown), steps), replaces=True)
        return
    chapter = chapters[int(number)]
    entries = [Button(entry.title, f"know.{entry.id}") for entry in chapter.entries]
    shown, steps, before = page_of(turn, entries, f"reader.{number}", page, PAGE)
    body = say(
        "readings.reader",
        "entries",
        name=chapter.name,
        first=chapter.first,
        last=chapter.last,
        start=before + 1,
        end=before + len(shown),
        count=len(entries),
    )
    steps = (*steps, Button(say("readings.reader", "all"), "reader"))
    await turn.say(body, rows=(*_alone(shown), steps), replaces=True)


@reply("reading", role=Role.ANYONE)
async def show_reading(turn: Turn, argument: str) -> None:
    """The chapters of an imported reading, as "id.page"; of one without chapters its passages."""
    given, _, page = argument.partition(".")
    reading = await reading_seen(turn.session, record_id(given), paths_of(turn))
    chapters = [] if reading is None else await chapters_of(turn.session, reading.id)
    if reading is None or not chapters:
        raise Refused("gone_from_shelf")
    if len(chapters) == 1:
        await show_chapter(turn, str(chapters[0].first))
        return
    say = turn.texts.say
    labels = [Button(_label(_chapter(turn, each)), f"chapter.{each.first}") for each in chapters]
    shown, steps, _ = page_of(turn, labels, f"reading.{reading.id}", page, PAGE)
    body = say("readings.reading", "chapters", title=reading.title, owner=reading.owner, count=len(chapters))
    steps = (*steps, Button(say("readings.reading", "others"), "readings"))
    await turn.say(body, rows=(*_alone(shown), steps), replaces=True)


def _chapter(turn: Turn, chapter: ChapterView) -> str:
    say = turn.texts.say
    name = chapter.name or say("readings.reading", "unnamed")
    return say("readings.reading", "chapter", name=name, page=chapter.page)


@reply("chapter", role=Role.ANYONE)
async def show_chapter(turn: Turn, argument: str) -> None:
    """The passages of the chapter in which a passage stands, as "passage.page"."""
    given, _, page = argument.partition(".")
    place = await _place(turn, given)
    passages = await passages_of_chapter(turn.session, place.reading.id, place.passage.chapter)
    labels = [
        Button(_cut(_passage(passage, passages[at - 1][1] if at else None)), f"leaf.{id}")
        for at, (id, passage) in enumerate(passages)
    ]
    shown, steps, before = page_of(turn, labels, f"chapter.{given}", page, PAGE)
    say = turn.texts.say
    body = say(
        "readings.chapter",
        "passages",
        place=place_of(place.reading.title, PassageText(place.passage.chapter, "", "", "")),
        start=before + 1,
        end=before + len(shown),
        count=len(labels),
    )
    if len(await chapters_of(turn.session, place.reading.id)) > 1:
        steps = (*steps, Button(say("readings.chapter", "all"), f"reading.{place.reading.id}"))
    else:
        steps = (*steps, Button(say("readings.reading", "others"), "readings"))
    await turn.say(body, rows=(*_alone(shown), steps), replaces=True)


def _passage(passage: PassageText, before: PassageText | None) -> str:
    """Its heading where it begins one, else how it begins itself."""
    start = " ".join(passage.text.split())
    if passage.heading and (before is None or before.heading != passage.heading):
        return f"{passage.heading}：{start}"
    return start


@reply("passage", role=Role.ANYONE)
async def show_passage(turn: Turn, argument: str) -> None:
    """A passage of a reading with its chapter and page, as "p17", and "p17.all" for all of a long one."""
    key, _, how = argument.partition(".")
    await _say_passage(turn, key.removeprefix("p"), whole=how == WHOLE, replaces=how == WHOLE)


@reply("leaf", role=Role.ANYONE)
async def leaf_through(turn: Turn, argument: str) -> None:
    """The same in the place of the message before, so that one can go on reading."""
    await _say_passage(turn, argument, whole=False, replaces=True)


async def _say_passage(turn: Turn, given: str, *, whole: bool, replaces: bool) -> None:
    place = await _place(turn, given)
    where = place_of(place.reading.title, place.passage)
    say = turn.texts.say
    body = say("readings.passage", "all_of_it", words=place.passage.text, place=where)
    is_long = lines(body) > SCREEN and not whole
    if is_long:
        room = SCREEN - lines(body) + lines(words := escape(place.passage.text))
        body = say("readings.passage", "all_of_it", words=Marked(folded(words, room)), place=where)
    rows: list[tuple[Button, ...]] = []
    if is_long:
        rows.append((Button(say("readings.passage", "unfold"), f"passage.p{given}.{WHOLE}"),))
    beside = [
        Button(say("readings.passage", label), f"leaf.{id}")
        for label, id in (("earlier", place.earlier), ("further", place.further))
        if id is not None
    ]
    if beside:
        rows.append(tuple(beside))
    chapter = Button(say("readings.passage", "chapter"), f"chapter.{given}.{place.number // PAGE}")
    await turn.say(body, rows=(*rows, (chapter, *back_to_menu(turn)[0])), replaces=replaces)


async def _place(turn: Turn, given: str) -> PassagePlace:
    """A passage that this person may see.

    Raises `Refused`.
    """
    place = await passage_place(turn.session, record_id(given), paths_of(turn))
    if place is None:
        raise Refused("gone_from_shelf")
    return place


def _alone(buttons: list[Button]) -> Rows:
    return tuple((button,) for button in buttons)


def _label(words: str) -> str:
    """What is said, on a button: without markup."""
    return _cut(to_plain(words))


def _cut(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"
