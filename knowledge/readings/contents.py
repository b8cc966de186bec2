"""A printed contents page: which heading stands on which page."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from knowledge.readings.parts import Block, closed_up, is_unfinished, level_of

ALIKE = 90.0
"""How alike, out of 100, a heading and its line in the contents are: a scan misreads a character here and there."""
_LONGEST_LINE = 160
_FEWEST = 3
"""Lines that a contents page has at least; where nothing says 目录, it has twice as many."""
_GAP = 6
"""Lines without a page that may stand between two that have one."""
_MOST_COMPARED = 4_000_000

_LINE = re.compile(r"(?P<title>.*?)[ .．·・…⋯_\-—\t｜]+[(（/第]? ?(?P<page>\d{1,4}) ?[页)）]?$")
_LEADER = re.compile(r"[.．·・⋯] ?[.．·・⋯] ?[.．·・⋯]|…|\t|｜")
_MARKS = re.compile(r"^[\s｜\-*]+|[\s｜*]+$")
_HEADING = re.compile(r"[#\s*]*(?:目\s*[录次]|contents)[\s*]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the contents: a heading, the page on which it stands, and the chapter that it belongs to."""

    title: str
    page: int
    chapter: str = ""

    @property
    def is_chapter(self) -> bool:
        """Whether it names a chapter, which begins on a page of its own."""
        return level_of(self.title) == 1


def key_of(title: str) -> str:
    """A heading without what print and scan vary: blanks, marks, punctuation, 【】."""
    return re.sub(r"[\W_]+", "", title).lower()


def line_of(text: str, *, inside: bool = True) -> Line | None:
    """Heading and page of a line of a contents page; None when it is none. Outside of one, it must have a leader."""
    if len(text) > _LONGEST_LINE or not (inside or _LEADER.search(text)):
        return None
    found = _LINE.match(_MARKS.sub("", text))
    if found is None:
        return None
    title = re.sub(r"[*｜]+|[.．·・…⋯]{2,}", "", found["title"]).strip(" .．·…-\t")
    return Line(title, int(found["page"])) if len(key_of(title)) > 1 and not key_of(title).isdigit() else None


def is_contents_heading(text: str) -> bool:
    """Whether a line says 目录."""
    return len(text) <= 20 and bool(_HEADING.fullmatch(closed_up(text)))


@dataclass(frozen=True, slots=True)
class Contents:
    """What the contents pages say, in their order, and where they stand among the blocks: `first` up to `behind`."""

    lines: tuple[Line, ...] = ()
    first: int = 0
    behind: int = 0


def contents_among(blocks: Sequence[Block]) -> Contents:
    """The contents pages of a text, found by their heading or by many lines that look like nothing else."""
    said = next((at for at, block in enumerate(blocks) if is_contents_heading(block.text)), None)
    if said is not None:
        found = _run(blocks, said + 1, inside=True)
        if len(found.lines) >= _FEWEST:
            return Contents(found.lines, said, found.behind)
    for at, block in enumerate(blocks):
        if line_of(block.text, inside=False) is not None and not block.alone:
            found = _run(blocks, at, inside=False)
            return found if len(found.lines) >= 2 * _FEWEST and _leads_into(found, blocks) else Contents()
    return Contents()


def _leads_into(found: Contents, blocks: Sequence[Block]) -> bool:
    """Whether what stands behind these lines has what they name; a list of prices looks like contents, too."""
    named = {key_of(line.title) for line in found.lines}
    return len(named.intersection(key_of(block.text) for block in blocks[found.behind :] if block.level)) > 1


def _run(blocks: Sequence[Block], first: int, *, inside: bool) -> Contents:
    """The lines from one block on, until too many follow each other that are none."""
    lines: list[Line] = []
    behind, begun, chapter = first, "", ""
    for at in range(first, len(blocks)):
        text = blocks[at].text
        line = line_of(text, inside=inside)
        if line is not None and (_LEADER.search(text) or _goes_on(lines, line)):
            whole = f"{begun}{line.title}" if begun and not level_of(line.title) else line.title
            chapter = whole if level_of(whole) == 1 else chapter
            lines.append(Line(whole, line.page, chapter))
            behind, begun = at + 1, ""
        elif at - behind >= _GAP or len(text) > _LONGEST_LINE:
            break
        else:
            # A line too long for the paper goes on in the next, which has the page.
            title = _MARKS.sub("", text)
            begun = title if is_unfinished(title) else ""
            chapter = closed_up(title) if level_of(title) == 1 else chapter
    return Contents(tuple(lines), first, behind)


def _goes_on(lines: Sequence[Line], line: Line) -> bool:
    """Whether a line with nothing but a blank before its number is one of the contents, not a sentence with a year."""
    before = lines[-1].page if lines else 1
    return before <= line.page <= before + 100


def placed(headings: Sequence[str], lines: Sequence[Line]) -> list[int | None]:
    """For each heading of a text its line in the contents, or None, so that both keep their order.

    Titles come back (one 小结 a chapter): of all ways to pair like with like in order, it is one that pairs most.
    """
    keys = [key_of(line.title) for line in lines]
    at_key: defaultdict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        at_key[key].append(number)
    fuzzily = len(headings) * len(keys) <= _MOST_COMPARED
    tails: list[int] = []  # the lowest line on which a chain of each length ends
    ends: list[int] = []  # the pair with which it does
    pairs: list[tuple[int, int, int]] = []  # heading, line, the pair before
    for number, title in enumerate(headings):
        key = key_of(title)
        candidates = at_key.get(key) or (_like(key, keys) if fuzzily and len(key) >= 6 else [])
        for line in reversed(candidates):
            length = bisect_left(tails, line)
            pairs.append((number, line, ends[length - 1] if length else -1))
            tails[length : length + 1] = [line]
            ends[length : length + 1] = [len(pairs) - 1]
    result: list[int | None] = [None] * len(headings)
    pair = ends[-1] if ends else -1
    while pair >= 0:
        number, line, pair = pairs[pair]
        result[number] = line
    return result


def _like(key: str, keys: Sequence[str]) -> list[int]:
    found = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return [found[2]] if found else []
