"""What an answer of the handbook says in the room that there is: a phone screen, or a part of it.

An answer starts with what was asked for, so its end is what can wait behind a button.
"""

from collections.abc import Sequence

from handlers.library import place_of
from handlers.markup import escape
from handlers.screen import MORE, SCREEN, folded, lines
from handlers.wording import Marked, Texts
from knowledge.entry import Entry
from knowledge.passages import Quote

LEAST = 4
"""Lines of an answer that are shown in any case."""


def fitted_answer(
    texts: Texts, entry: Entry, answer: str, quotes: Sequence[Quote], room: int = SCREEN
) -> tuple[str, bool]:
    """An answer with its source in so many lines, and whether nothing of it is left out.

    A passage that does not fit is not shown, its button leads to it. Then of several sources only the first is named,
    or where several answers share a screen none, for that has a button too. Last the answer is cut.
    """

    def body(words: str, source: str, quoted: Sequence[Marked] = ()) -> str:
        return texts.say(
            "handbook.handbook", "answer", title=entry.title, answer=Marked(words), source=source, quotes=quoted
        )

    brief = _brief(texts, entry)
    ways = ((answer, entry.source, _quoted(texts, quotes[:1])), (answer, entry.source), (answer, brief), (answer, ""))
    for way in ways if room < SCREEN else ways[:3]:
        if lines(tried := body(*way)) <= room:
            return tried, True
    for source in (brief, ""):
        left = room + 1 - lines(body(MORE, source))
        if left >= LEAST:
            break
    return body(folded(answer, max(LEAST, left)), source), False


def _brief(texts: Texts, entry: Entry) -> str:
    """The first of several sources."""
    first, several, _ = entry.source.partition("；")
    return texts.say("handbook.handbook", "first_of", source=first) if several else entry.source


def fitted_quotes(texts: Texts, quotes: Sequence[Quote], room: int = SCREEN) -> str:
    """Passages in so many lines: as many as fit, and of the first one at least its beginning."""

    def body(quoted: Sequence[Marked]) -> str:
        return texts.say("handbook.handbook", "only_quoted", quotes=quoted)

    for count in range(len(quotes), 0, -1):
        tried = body(_quoted(texts, quotes[:count]))
        if lines(tried) <= room:
            return tried
    words = escape(quotes[0].words)
    beside = lines(body(_quoted(texts, quotes[:1]))) - lines(words)
    return body([_one_quoted(texts, quotes[0], Marked(folded(words, max(LEAST, room - beside))))])


def fitted_source(
    texts: Texts, entry: Entry, current: Entry | None, quotes: Sequence[Quote], room: int = SCREEN
) -> str:
    """All sources of an entry, whether it is in force, and what the readings say where that fits."""

    def body(quoted: Sequence[Marked]) -> str:
        return texts.say(
            "handbook.source",
            "full",
            entry=entry,
            sources=entry.source.split("；"),
            current=current.title if current else "",
            quotes=quoted,
        )

    whole = body(_quoted(texts, quotes))
    return whole if lines(whole) <= room else body(())


def to_share(texts: Texts, entry: Entry, answer: str) -> str:
    """An answer as a message for a group."""

    def body(source: str) -> str:
        return texts.say("handbook.share", "message", title=entry.title, answer=Marked(answer), source=source)

    whole = body(entry.source)
    return whole if lines(whole) <= SCREEN else body(_brief(texts, entry))


def _quoted(texts: Texts, quotes: Sequence[Quote]) -> list[Marked]:
    return [_one_quoted(texts, quote, quote.words) for quote in quotes]


def _one_quoted(texts: Texts, quote: Quote, words: str) -> Marked:
    place = place_of(quote.reading, quote.passage)
    return Marked(texts.say("handbook.handbook", "quoted", words=words, place=place))
