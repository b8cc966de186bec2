"""Words of a timeline as they are written: days, spans, and what fits on a line of a picture."""

import re
import unicodedata
from datetime import date

from knowledge.procedure.checking import day_words

MORE = "…"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def span_words(earliest: date | None, latest: date | None) -> str:
    """最早2027年3月5日, 最晚…, or from one to the other with the year once; empty for neither."""
    if earliest is None or latest is None:
        return f"最早{day_words(earliest)}" if earliest else f"最晚{day_words(latest)}" if latest else ""
    until = day_words(latest)
    if latest.year == earliest.year:
        until = f"{latest.month}月{latest.day}日"
    return f"{day_words(earliest)}—{until}"


def plain(words: str) -> str:
    """Words on one line, without what no XML and no calendar takes."""
    return " ".join(_NOT_XML.sub("", words).split())


def width_of(words: str, size: float) -> float:
    """How wide some words are in Noto Sans SC of a size, a little too wide where in doubt."""
    return sum(_width(letter) for letter in words) * size


def _width(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1
    if letter.isdecimal():
        return 0.56
    return 0.9 if letter in "MWmw@%" else 0.62


def cut(words: str, size: float, room: float, *, lines: int = 1) -> list[str]:
    """The lines that some words take, cut with an ellipsis when they do not fit so many."""
    found = [""]
    for letter in plain(words):
        if width_of(found[-1] + letter, size) > room and len(found) < lines:
            found.append("")
        found[-1] += letter
    if width_of(found[-1], size) > room:
        while found[-1] and width_of(found[-1] + MORE, size) > room:
            found[-1] = found[-1][:-1]
        found[-1] += MORE
    return found


__all__ = ["cut", "day_words", "plain", "span_words", "width_of"]
