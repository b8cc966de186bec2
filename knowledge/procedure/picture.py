"""The timeline as a picture for a phone held upright: under each step what happened, what is allowed and planned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import jinja2

from knowledge.procedure.months import Months
from knowledge.procedure.standing import State
from knowledge.procedure.timeline import Allowed, Row
from knowledge.procedure.words import cut, day_words, plain, span_words, width_of

WIDTH, MARGIN = 1080, 40
TITLE, NAME, DATE, SMALL = 46, 34, 27, 25
TRACK, GAP = 40, 18
FADE = 130
"""How long a bar is of which only one end is known."""
COLOURS = {
    "done": "#2e7d32",
    "allowed": "#a9c6e8",
    "edge": "#6f9bcb",
    "plan": "#b3261e",
    "ink": "#222222",
    "pale": "#6b6b6b",
    "grid": "#e4e4e4",
    "year": "#bdbdbd",
    "stage": "#f6e7e5",
    "stripe": "#f8f8f8",
    "white": "#ffffff",
}
TAGS = {State.OPEN: "现在可以办", State.EARLY: "还没到日子"}


@dataclass(frozen=True, slots=True)
class Box:
    """A band across the picture, or a bar of a track."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A bar of which nothing is certain: its dashed edge, open where no end is known."""

    path: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line straight down."""

    x: float
    y: float
    until: float
    stroke: str
    width: int = 2
    dashes: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A day; hollow when its inside is white."""

    x: float
    y: float
    fill: str
    stroke: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words on a line of writing, on a ground that is light; `x` is their right end when `end`."""

    x: float
    y: float
    size: int
    words: str
    fill: str = COLOURS["ink"]
    end: bool = False
    ground: str = COLOURS["white"]


@dataclass(slots=True)
class _Drawing:
    """Everything drawn so far, from the top down."""

    today: date
    months: Months
    y: float = MARGIN
    bands: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bars: list[Box] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def head(self, title: str) -> None:
        """What it is about, the day it was made, and what the signs mean."""
        for line in cut(title, TITLE, WIDTH - 2 * MARGIN, lines=2):
            self.texts.append(Text(MARGIN, self.y + TITLE, TITLE, line))
            self.y += TITLE + 12
        self.y += 4
        self.texts.append(Text(MARGIN, self.y + SMALL, SMALL, f"截至{day_words(self.today)}", COLOURS["pale"]))
        self.y += SMALL + 26
        x: float = MARGIN + 11
        for sign, words in (("done", "已办"), ("allowed", "可办的日子"), ("supposed", "按计划推算"), ("plan", "计划")):
            x = self._sign(sign, x, words)
        self.lines.append(Line(x, self.y - 2, self.y + 30, COLOURS["plan"], 3, "8 6"))
        self.texts.append(Text(x + 14, self.y + 24, SMALL, "今天", COLOURS["pale"]))
        self.y += 58

    def _sign(self, sign: str, x: float, words: str) -> float:
        middle = self.y + 14
        if sign in ("done", "plan"):
            self.dots.append(_dot(x, middle, done=sign == "done"))
            x += 22
        else:
            self._bar(x - 6, x + 48, middle, Allowed(self.today, self.today, supposed=sign == "supposed"))
            x += 60
        self.texts.append(Text(x, self.y + 24, SMALL, words, COLOURS["pale"]))
        return x + width_of(words, SMALL) + 34

    def stage(self, title: str) -> None:
        """A band with its name, and the months once more, for the picture is taller than a screen."""
        self.bands.append(Box(0, self.y, WIDTH, 58, COLOURS["stage"]))
        self.texts.append(Text(MARGIN, self.y + 41, NAME, title, COLOURS["plan"], ground=COLOURS["stage"]))
        self.y += 58
        for first, words in self._written():
            self.texts.append(Text(self.months.x(first) + 4, self.y + 34, SMALL, words, COLOURS["pale"]))
        self._grid(self.y + 8, self.y + 46)
        self.y += 46

    def _written(self) -> Iterator[tuple[date, str]]:
        """The months with what is written beside them: a year for each January, and for the first if there is room."""
        ticks = self.months.ticks
        room = self.months.x(ticks[1]) - self.months.x(ticks[0]) if len(ticks) > 1 else WIDTH
        for number, first in enumerate(ticks):
            words = f"{first.year}年" if first.month == 1 else f"{first.month}月"
            if number == 0 and first.month > 1 and width_of(full := f"{first.year}年{first.month}月", SMALL) < room - 4:
                words = full
            if self.months.x(first) + width_of(words, SMALL) <= WIDTH:
                yield first, words

    def row(self, row: Row, *, striped: bool) -> None:
        """One step: its name, and a track for each of the three that there is anything on."""
        top = self.y
        self.y += GAP / 2
        late = any(one.late and one.planned for one in row.rounds)
        tag = "已过最晚日" if late else TAGS.get(row.state, "") if row.planned else ""
        room = WIDTH - 2 * MARGIN - (width_of(tag, SMALL) + 24 if tag else 0)
        times = f"（{len(row.rounds)}次）" if len(row.rounds) > 1 else ""
        (name,) = cut(row.step.title, NAME, room - width_of(times, NAME))
        self.texts.append(Text(MARGIN, self.y + NAME, NAME, name + times))
        self.texts.append(Text(WIDTH - MARGIN, self.y + NAME, SMALL, tag, COLOURS["plan"], end=True))
        self.y += NAME + 14
        tracks = self.y
        if row.happened:
            self._days(row.happened, done=True)
        # When each of many rounds would have been due says little once they are done.
        coming = [one for one in row.rounds if one.planned] or list(row.rounds if len(row.rounds) == 1 else ())
        self._allowed([one.allowed for one in coming])
        if row.planned:
            self._days(row.planned, done=False)
        self._grid(tracks, self.y)
        self.y += GAP / 2
        if striped:
            self.bands.append(Box(0, top, WIDTH, self.y - top, COLOURS["stripe"]))

    def _days(self, days: Sequence[date], *, done: bool) -> None:
        middle = self.y + TRACK / 2
        places = [self.months.x(day) for day in days]
        self.dots += [_dot(x, middle, done=done) for x in places]
        taken = [(x - 16, x + 16) for x in places]
        named = list(zip(places, days, strict=True))
        for x, day in reversed(named) if done else named:  # the newest that was done, the next that is planned
            self._label(day_words(day), x - 20, x + 20, taken, COLOURS["done" if done else "plan"])
        self.y += TRACK

    def _allowed(self, allowed: Sequence[Allowed]) -> None:
        shown = [one for one in allowed if one.latest or (one.earliest and self.months.holds(one.earliest))]
        if not shown:
            return
        taken: list[tuple[float, float]] = []
        words = [(one, *self._span(one, taken)) for one in shown]
        for one, left, right in words:
            note = "（暂算）" if one.provisional else ""
            self._label(span_words(one.earliest, one.latest) + note, left - 10, right + 10, taken, COLOURS["ink"])
        self.y += TRACK

    def _span(self, one: Allowed, taken: list[tuple[float, float]]) -> tuple[float, float]:
        """Draw what is allowed; where it begins and ends."""
        left = self.months.x(one.earliest) if one.earliest else -FADE
        right = self.months.x(one.latest) if one.latest else left + FADE
        if not one.earliest:
            left = max([right - FADE, self.months.left, *(end + 4 for _, end in taken if end < right)])
        right = min(max(right, left + 8), self.months.right + 8)
        self._bar(left, right, self.y + TRACK / 2, one)
        taken.append((left, right))
        return left, right

    def _bar(self, left: float, right: float, middle: float, one: Allowed) -> None:
        top, bottom = middle - 11, middle + 11
        if not one.supposed:
            fill = (
                COLOURS["allowed"] if one.earliest and one.latest else "url(#from)" if one.earliest else "url(#until)"
            )
            self.bars.append(Box(left, top, right - left, bottom - top, fill))
        elif one.earliest and one.latest:
            self.outlines.append(Outline(f"M{left} {top}H{right}V{bottom}H{left}Z"))
        else:
            shut, open = (left, right) if one.earliest else (right, left)
            self.outlines.append(Outline(f"M{open} {top}H{shut}V{bottom}H{open}"))

    def _label(self, words: str, left: float, right: float, taken: list[tuple[float, float]], fill: str) -> None:
        """Words to the right of something, or to its left, where there is room beside what is there already."""
        wide = width_of(words, DATE)
        for start in (right, left - wide):
            room = start >= 6 and start + wide <= WIDTH - 6
            if room and not any(start < end and begin < start + wide for begin, end in taken):
                self.texts.append(Text(start, self.y + TRACK / 2 + 10, DATE, words, fill))
                taken.append((start, start + wide))
                return

    def _grid(self, top: float, bottom: float) -> None:
        for first in self.months.ticks:
            stroke = COLOURS["year" if first.month == 1 else "grid"]
            self.lines.append(Line(self.months.x(first), top, bottom, stroke))

    def now(self, top: float) -> None:
        """Today, from the first stage to the end."""
        self.lines.append(Line(self.months.x(self.today), top, self.y, COLOURS["plan"], 3, "8 6"))


def _dot(x: float, y: float, *, done: bool) -> Dot:
    colour = COLOURS["done" if done else "plan"]
    return Dot(x, y, colour if done else COLOURS["white"], colour)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string((Path(__file__).parent / "picture.svg.j2").read_text(encoding="utf-8"))


def svg(title: str, rows: Sequence[Row], today: date) -> str:
    """The picture as SVG, 1080 wide and as high as it has to be; it names its font and carries nothing from outside."""
    drawing = _Drawing(today, Months.of(rows, today, MARGIN, WIDTH - MARGIN))
    drawing.head(plain(title))
    top, stage, striped = drawing.y + 58, "", False
    for row in rows:
        if row.stage.title != stage:
            stage, striped = row.stage.title, False
            drawing.stage(stage)
        drawing.row(row, striped=striped)
        striped = not striped
    drawing.now(top)
    return _template().render(
        width=WIDTH,
        height=round(drawing.y + MARGIN),
        colours=COLOURS,
        bands=drawing.bands,
        lines=drawing.lines,
        bars=drawing.bars,
        outlines=drawing.outlines,
        dots=drawing.dots,
        texts=drawing.texts,
    )
