"""One phone screen: how much of it a message takes, and the beginning of one that takes too much."""

import re
import unicodedata

from handlers.markup import escape, parse, to_plain

LINE = 15
"""Chinese characters in a line of the chat page on a phone 360 px wide, as it is drawn in large type."""
SCREEN = 20
"""Such lines between its top and the keys, at a height of 740 px."""
MORE = "……"
_HALVES = {"W": 2, "F": 2, "A": 2}
_CLAUSES = re.compile(r"[^。！？；，、：]*[。！？；，、：]+|[^。！？；，、：]+")


def lines(body: str) -> int:
    """The lines that a message in house markup takes, buttons aside."""
    return sum(_lines(to_plain(line)) for line in body.split("\n"))


def _lines(words: str) -> int:
    halves = sum(_HALVES.get(unicodedata.east_asian_width(character), 1) for character in words)
    return max(1, -(-halves // (2 * LINE)))


def folded(body: str, room: int) -> str:
    """As much of a message from its beginning as fits so many lines, whole lines and clauses; all of it if it fits."""
    if lines(body) <= room:
        return body
    kept: list[str] = []
    for line in body.split("\n"):
        if lines("\n".join((*kept, line)) + MORE) > room:
            kept += _clauses(line, room - sum(map(lines, kept)))
            break
        kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    if not kept:
        return escape(to_plain(body).replace("\n", " ")[: room * LINE - len(MORE)]) + MORE
    return "\n".join(kept) + MORE


def _clauses(line: str, room: int) -> list[str]:
    """The clauses of a line that fit, in one piece; none where no mark would be closed."""
    fits = taken = ""
    for clause in _CLAUSES.findall(line):
        taken += clause
        if lines(taken + MORE) > room:
            break
        if _is_closed(taken):
            fits = taken
    return [fits] if fits else []


def _is_closed(words: str) -> bool:
    """Whether no bold and no link has only begun."""
    return not any(
        span.mark == "text" and ("**" in span.text or "[" in span.text) for line in parse(words) for span in line.spans
    )
