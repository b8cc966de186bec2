"""What every format is taken apart into: headings and paragraphs, with the page where it is known."""

import re
from dataclasses import dataclass

_NUMERALS, _SMALL = "一二三四五六七八九十百零〇\\d", "一二三四五六七八九十"
_STYLES = (
    (1, re.compile(rf"第[{_NUMERALS}]{{1,5}}[章编篇]|附\s*录|附\s*则")),
    (2, re.compile(rf"第[{_NUMERALS}]{{1,5}}节|[{_SMALL}]{{1,3}}、|【[^】]{{2,12}}】")),
    (3, re.compile(rf"[（(][{_SMALL}]{{1,3}}[）)]|\d{{1,2}}[.．、](?!\d)")),
)
_ITEM = re.compile(
    rf"第[{_NUMERALS}]{{1,5}}[条款章节]|第?[{_SMALL}]{{1,3}}[、，是]|[（(]?[{_SMALL}\d]{{1,3}}[）).．、]|[—\-·•●■①-⑳]"
)
_STOPS = "。！？；：.!?;:…”’」』）)》】"
_JOINTS = "，、,—"
LONGEST_HEADING = 44
_LONG_ENOUGH = 15
"""Characters from which a line without a stop is taken for a broken paragraph, not for a line by itself."""
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff\ufeff\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_CJK = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’—…·]"
_SPACED_OUT = re.compile(rf"(?<={_CJK}) (?={_CJK})")
_TOUCHING = re.compile(_CJK)


class Unreadable(Exception):
    """A file that cannot be taken in; the message is a sentence for the person who imports it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 to 3) or a paragraph (0); `page` is as printed, "" where it is not known.

    What is `weak` only looks like a heading, and may be an item of a list. What stands `alone` (a row, an item) is
    never joined to what follows. `pages` are the later pages of a paragraph, each with the offset where it begins.
    """

    text: str
    level: int = 0
    page: str = ""
    weak: bool = False
    alone: bool = False
    pages: tuple[tuple[int, str], ...] = ()

    def page_at(self, offset: int) -> str:
        """The page on which a character of the text stands."""
        return next((page for begin, page in reversed(self.pages) if begin <= offset), self.page)

    def joined(self, following: "Block") -> "Block":
        """This paragraph and what follows it as one."""
        text = glued(self.text, following.text)
        begin = len(text) - len(following.text)
        turns = ((0, following.page), *following.pages)
        pages = tuple((begin + at, page) for at, page in turns if page and page != self.page)
        return Block(text, 0, self.page, alone=following.alone, pages=(*self.pages, *pages))


@dataclass(frozen=True, slots=True)
class Source:
    """A file taken apart: its title, "" where it names none, its blocks in order, and what the importer should know."""

    title: str
    blocks: list[Block]
    warnings: tuple[str, ...] = ()


def cleaned(text: str) -> str:
    """A text in which blanks are single and what no database keeps is gone; line ends stay."""
    return _BLANKS.sub(" ", _CONTROLS.sub("", text)).strip()


def cleaned_with_tabs(line: str) -> str:
    """The same of a line in which a tab is more than a blank: it may lead to a page number."""
    return "\t".join(filter(None, map(cleaned, line.split("\t"))))


def closed_up(line: str) -> str:
    """A line that was set wide (目 录, 前 言) without the blanks between its characters."""
    wide = _SPACED_OUT.findall(line)
    return _SPACED_OUT.sub("", line) if 3 * len(wide) >= len(line) - len(wide) - 1 else line


def glued(one: str, two: str) -> str:
    """Two parts of a sentence; Chinese needs no blank between them."""
    return one + two if _TOUCHING.match(one[-1:]) or _TOUCHING.match(two[:1]) else f"{one} {two}"


def level_of(text: str) -> int:
    """The level that a heading's numbering tells: 第一章 1, 一、 2, （一） 3; 0 where it has none."""
    return next((level for level, style in _STYLES if style.match(text)), 0)


def looks_like_heading(text: str) -> bool:
    """Whether a line by itself reads as a heading: numbered, short, and no sentence."""
    return 0 < len(text) <= LONGEST_HEADING and bool(level_of(text)) and not _ends(text)


def _ends(text: str) -> bool:
    # 【重要论述】 is a heading although it closes something.
    return text[-1] in _STOPS + _JOINTS and not (text[-1] == "】" and text[0] == "【")


def heading(text: str, level: int = 0, page: str = "", *, weak: bool = False) -> Block:
    """A heading whose numbering, where it has one, tells its level better than how it is printed."""
    return Block(text, level_of(text) or max(1, min(level, 3)), page, weak)


def is_unfinished(text: str) -> bool:
    """Whether a paragraph stops in the middle of a sentence, as at the end of a page."""
    if not text or text[-1] in _STOPS:
        return False
    return text[-1] in _JOINTS or len(text) >= _LONG_ENOUGH


def begins_anew(text: str) -> bool:
    """Whether a line begins something by itself: an article, an item, what is numbered."""
    return bool(_ITEM.match(text))
