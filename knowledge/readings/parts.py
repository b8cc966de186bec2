"""What every format is taken apart into: headings and paragraphs, with the page where it is known."""

import re
from dataclasses import dataclass

_NUMERALS, _SMALL = "一二三四五六七八九十百零〇\\d", "一二三四五六七八九十"
_STYLES = (
    (1, re.compile(rf"第[{_NUMERALS}]{{1,5}}[章编篇]|附\s*录|附\s*则")),
    (2, re.compile(rf"第[{_NUMERALS}]{{1,5}}节|[{_SMALL}]{{1,3}}、|【[^】]{{2,12}}】")),
    (3, re.compile(rf"[（(][{_SMALL}]{{1,3}}[）)]|\d{{1,2}}[.．、](?!\d)")),
)
_ENDS = "。！？；：，,.;!?…”）)》"
LONGEST_HEADING = 44


class Unreadable(Exception):
    """A file that cannot be taken in; the message is a sentence for the person who imports it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 to 3) or a paragraph (0); `page` is a number in the file's own counting, or 0."""

    text: str
    level: int = 0
    page: int = 0


def level_of(text: str) -> int:
    """The level that a heading's numbering tells: 第一章 1, 一、 2, （一） 3; 0 where it has none."""
    return next((level for level, style in _STYLES if style.match(text)), 0)


def looks_like_heading(text: str) -> bool:
    """Whether a line by itself reads as a heading: numbered, short, and no sentence."""
    return len(text) <= LONGEST_HEADING and bool(level_of(text)) and text[-1] not in _ENDS


def is_unfinished(text: str) -> bool:
    """Whether a paragraph stops in the middle of a sentence, as at the end of a page."""
    return bool(text) and text[-1] not in _ENDS
