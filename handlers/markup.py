"""The house markup of four marks, written once in texts and rendered by each channel.

    **bold**     [words](https://address)     - bullet     > quote

A backslash takes the meaning from the character after it; `escape` puts those in, so that what a person typed is
shown as typed.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import regex

Mark = Literal["text", "bold", "link"]
LineKind = Literal["plain", "bullet", "quote"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters of one kind; `href` is set for links."""

    mark: Mark
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line and what it is."""

    kind: LineKind
    spans: tuple[Span, ...]


_SPECIAL = re.compile(r"([\\*\[\]])")
_LEADING = re.compile(r"(^|\n)([->])(?= )")
_SPAN = re.compile(
    r"\\(?P<escaped>[\s\S])|\*\*(?P<bold>(?:\\.|[^*\\])+)\*\*|\[(?P<words>(?:\\.|[^\]\\])+)\]\((?P<href>https?://[^)\s]+)\)"
)


def escape(value: str) -> str:
    """The same words with every mark taken out of effect."""
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", value))


def _unescape(value: str) -> str:
    return re.sub(r"\\([\s\S])", r"\1", value)


def _spans(line: str) -> Iterator[Span]:
    text, at = "", 0
    for found in _SPAN.finditer(line):
        text += line[at : found.start()]
        at = found.end()
        if found["escaped"] is not None:
            text += found["escaped"]
            continue
        if text:
            yield Span("text", text)
            text = ""
        if found["bold"] is not None:
            yield Span("bold", _unescape(found["bold"]))
        else:
            yield Span("link", _unescape(found["words"]), found["href"])
    text += line[at:]
    if text:
        yield Span("text", text)


def parse(body: str) -> list[Line]:
    """The lines of a body in order; an empty line is a plain one without spans."""
    lines: list[Line] = []
    for line in body.split("\n"):
        if line.startswith("- "):
            lines.append(Line("bullet", tuple(_spans(line[2:]))))
        elif line.startswith("> "):
            lines.append(Line("quote", tuple(_spans(line[2:]))))
        else:
            lines.append(Line("plain", tuple(_spans(line))))
    return lines


def to_plain(body: str) -> str:
    """For a terminal, a lock screen or a test: bullets become dots, a link keeps its address in brackets."""
    shown = []
    for line in parse(body):
        words = "".join(f"{span.text}（{span.href}）" if span.mark == "link" else span.text for span in line.spans)
        shown.append({"bullet": "• ", "quote": "│ ", "plain": ""}[line.kind] + words)
    return "\n".join(shown)


def to_telegram_html(body: str) -> str:
    """The subset of HTML that the Bot API reads; quotes that follow each other become one block."""
    out: list[str] = []
    quoted: list[str] = []
    for line in [*parse(body), None]:
        if quoted and (line is None or line.kind != "quote"):
            out.append("<blockquote>" + "\n".join(quoted) + "</blockquote>")
            quoted = []
        if line is None:
            break
        words = "".join(_html_span(span) for span in line.spans)
        if line.kind == "quote":
            quoted.append(words)
        else:
            out.append(("• " if line.kind == "bullet" else "") + words)
    return "\n".join(out)


def _html_span(span: Span) -> str:
    words = html.escape(span.text, quote=False)
    if span.mark == "bold":
        return f"<b>{words}</b>"
    if span.mark == "link":
        return f'<a href="{html.escape(span.href)}">{words}</a>'
    return words


def width(text: str, unit: Literal["utf16", "bytes"]) -> int:
    """How much of a platform's limit a text takes, in that platform's unit."""
    return len(text.encode()) if unit == "bytes" else len(text.encode("utf-16-le")) // 2


def split(body: str, limit: int, unit: Literal["utf16", "bytes"]) -> list[str]:
    """The body in parts that each fit: cut at a paragraph, else a line, a sentence, or between visible characters.

    Bold and quotes go on in the next part; a link stays whole, and one longer than a part becomes words and address.
    """
    parts: list[str] = []
    rest = body
    while width(to_plain(rest), unit) > limit:
        head, rest = _cut(rest, limit, unit)
        parts.append(head.rstrip("\n"))
        rest = rest.lstrip("\n")
    kept = [part for part in (*parts, rest) if part.strip()]
    return kept or [rest]


@dataclass(slots=True)
class _Atom:
    """What is never cut: a visible character, a link, a mark together with the character beside it."""

    raw: str
    width: int
    in_bold: bool = False


_VISIBLE = regex.compile(r"\\?\X")
_SENTENCE_ENDS = "。！？；!?;…"


def _atoms(body: str, unit: Literal["utf16", "bytes"]) -> Iterator[_Atom]:
    for number, line in enumerate(body.split("\n")):
        if number:
            yield _Atom("\n", 1)
        atoms = _atoms_of_line(line[2:] if line.startswith(("- ", "> ")) else line, unit)
        if line.startswith(("- ", "> ")):
            first = next(atoms, _Atom("", 0))
            sign = width("• " if line[0] == "-" else "│ ", unit)
            yield _Atom(line[:2] + first.raw, sign + first.width, first.in_bold)
        yield from atoms


def _atoms_of_line(line: str, unit: Literal["utf16", "bytes"]) -> Iterator[_Atom]:
    at = 0
    for found in _SPAN.finditer(line):
        if found["escaped"] is not None:
            continue
        yield from _visible(line[at : found.start()], unit)
        at = found.end()
        if found["href"] is not None:
            yield _Atom(found[0], width(to_plain(found[0]), unit))
            continue
        inner = list(_visible(found["bold"], unit))
        inner[0].raw = "**" + inner[0].raw
        inner[-1].raw += "**"
        for atom in inner[1:]:
            atom.in_bold = True
        yield from inner
    yield from _visible(line[at:], unit)


def _visible(text: str, unit: Literal["utf16", "bytes"]) -> Iterator[_Atom]:
    for raw in _VISIBLE.findall(text):
        yield _Atom(raw, width(raw[1:] if raw[0] == "\\" and len(raw) > 1 else raw, unit))


def _cut(body: str, limit: int, unit: Literal["utf16", "bytes"]) -> tuple[str, str]:
    """The largest beginning that fits and ends well, and the rest; at least one character is taken."""
    taken: list[_Atom] = []
    ends: list[int] = []
    used = 0
    for atom in _atoms(body, unit):
        used += atom.width
        taken.append(atom)
        if used > limit:
            break
        ends.append(used)
    if not ends:
        return _cut_atom(taken[0].raw, body, limit, unit)
    size = _good_end(taken, ends, limit)
    head = "".join(atom.raw for atom in taken[:size])
    rest = body[len(head) :]
    if "\n" in (taken[size - 1].raw, taken[size].raw):
        return head, rest
    if taken[size].in_bold:
        head, rest = head + "**", "**" + rest
    if head.rpartition("\n")[2].startswith("> "):
        rest = "> " + rest
    elif rest.startswith(("- ", "> ")):
        rest = "\\" + rest  # it was in the middle of a line, and no mark
    return head, rest


def _cut_atom(raw: str, body: str, limit: int, unit: Literal["utf16", "bytes"]) -> tuple[str, str]:
    """The same for a body whose first atom alone is over the limit."""
    sign = raw[:2] if raw.startswith(("- ", "> ")) else ""
    link = _SPAN.fullmatch(raw, len(sign))
    if link is not None and link["href"] is not None:
        return _cut(sign + escape(to_plain(link[0])) + body[len(raw) :], limit, unit)
    size = next((size for size in range(len(raw), 0, -1) if width(to_plain(raw[:size]), unit) <= limit), 1)
    return body[:size], body[size:]


def _good_end(atoms: list[_Atom], ends: list[int], limit: int) -> int:
    """How many atoms to take: up to a paragraph, a line, a sentence, unless that leaves most of the limit unused."""

    def ends_well(kind: str, size: int) -> bool:
        last = atoms[size - 1].raw
        if kind == "sentence":
            return last.strip("*")[-1:] in _SENTENCE_ENDS
        return last == "\n" and (kind == "line" or (size > 1 and atoms[size - 2].raw == "\n"))

    for kind in ("paragraph", "line", "sentence"):
        for size in range(len(ends), 0, -1):
            if ends[size - 1] * 3 < limit:
                break
            if ends_well(kind, size):
                return size
    return len(ends)
