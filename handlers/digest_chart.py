"""The chart of a digest: what each branch has done of what it owes, as SVG that the message sends and a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from handlers.digest_words import percent
from handlers.figures import BranchFigures, ScopeFigures, Totals, totals_of
from handlers.markup import to_plain
from handlers.wording import Texts
from knowledge.procedure.words import cut, plain, width_of

WIDTH, MARGIN = 1080, 44
TITLE, NAME, SMALL = 52, 40, 34
ROW, BAR, TOP = 118, 40, 246
BARS = 12
"""How many bars a phone shows at a readable size; of more branches those are put together that have one level above."""
COLOURS = {
    "done": "#2e7d32",
    "soon": "#e8a400",
    "missed": "#b3261e",
    "left": "#dcdcdc",
    "ink": "#222222",
    "pale": "#5c5c5c",
    "line": "#e4e4e4",
    "ground": "#ffffff",
}
PARTS = ("done", "missed", "soon", "left")
"""In this order from the left; `left` has time yet."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A branch, or several put together under the name of what is above them."""

    name: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar."""

    x: float
    width: float
    fill: str


@dataclass(frozen=True, slots=True)
class Row:
    """A bar as it is drawn: its name and figures above it."""

    y: float
    name: str
    figures: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """What a colour means."""

    x: float
    fill: str
    words: str


def bars_of(figures: ScopeFigures) -> list[Bar]:
    """A bar for each branch in the order of the tree; of many branches one for each level above them; of many of those
    the ones with most that was missed, and the rest together under an empty name."""
    if len(figures.branches) <= BARS:
        return [Bar(one.name, totals_of([one])) for one in figures.branches]
    together: dict[str, list[BranchFigures]] = {}
    for one in figures.branches:
        together.setdefault(one.above, []).append(one)
    if len(together) == 1:
        together = {f"{one.organization_id}\n{one.name}": [one] for one in figures.branches}
    bars = [Bar(name.rpartition("\n")[2], totals_of(branches)) for name, branches in together.items()]
    if len(bars) <= BARS:
        return bars
    first = sorted(bars, key=lambda bar: (-bar.totals.owed_red, -bar.totals.owed_yellow))[: BARS - 1]
    shown = {id(bar) for bar in first}
    rest = [branches for bar, branches in zip(bars, together.values(), strict=True) if id(bar) not in shown]
    return [
        *(bar for bar in bars if id(bar) in shown),
        Bar("", totals_of([one for branches in rest for one in branches])),
    ]


def chart(texts: Texts, figures: ScopeFigures) -> str:
    """The chart as SVG, 1080 wide and as high as it has to be; it names its font and carries nothing from outside."""

    def say(key: str, **values: object) -> str:
        return plain(to_plain(texts.say("digest_chart", key, **values)))

    bars = bars_of(figures)
    rows = [_row(texts, bar, TOP + ROW * number) for number, bar in enumerate(bars)]
    (title,) = cut(say("title", place=figures.name), TITLE, WIDTH - 2 * MARGIN)
    return _template().render(
        width=WIDTH,
        height=TOP + ROW * max(len(rows), 1) + MARGIN,
        margin=MARGIN,
        right=WIDTH - MARGIN,
        title=title,
        period=say("period", first=figures.first, last=figures.last, on=figures.now.astimezone(figures.zone)),
        nothing="" if rows else say("nothing"),
        signs=_signs([(key, say(key)) for key in PARTS]),
        rows=rows,
        bar=BAR,
        top=TOP,
        sizes={"title": TITLE, "name": NAME, "small": SMALL},
        colours=COLOURS,
    )


def _signs(words: Sequence[tuple[str, str]]) -> list[Sign]:
    found: list[Sign] = []
    x: float = MARGIN
    for key, said in words:
        found.append(Sign(x, COLOURS[key], said))
        x += 46 + width_of(said, SMALL) + 34
    return found


def _row(texts: Texts, bar: Bar, y: float) -> Row:
    totals = bar.totals
    words = plain(
        to_plain(
            texts.say(
                "digest_chart",
                "figures",
                done=totals.done,
                duties=totals.duties,
                rate=percent(totals.weeks[0]),
                meetings=totals.weeks[0].meetings,
            )
        )
    )
    name = bar.name or plain(to_plain(texts.say("digest_chart", "rest", count=totals.branches)))
    (name,) = cut(name, NAME, WIDTH - 2 * MARGIN - width_of(words, SMALL) - 30)
    return Row(y, name, words, tuple(_parts(totals)))


def _parts(totals: Totals) -> list[Part]:
    """Every bar has the same length: what matters is the share, for one branch as for many."""
    missed, soon = totals.owed_red, totals.owed_yellow
    left = max(0, totals.duties - totals.done - missed - soon)
    counts = {"done": totals.done, "missed": missed, "soon": soon, "left": left}
    whole = sum(counts.values())
    room = WIDTH - 2 * MARGIN
    found, x = [], float(MARGIN)
    for key in PARTS:
        if counts[key]:
            width = room * counts[key] / whole
            found.append(Part(round(x, 1), round(width, 1), COLOURS[key]))
            x += width
    return found


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(Path(__file__).with_name("digest_chart.svg.j2").read_text(encoding="utf-8"))
