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
    """The body in parts that each fit: cut at a paragraph, else a line, a sentence, or between visible characters."""
    parts: list[str] = []
    rest = body
    while width(to_plain(rest), unit) > limit:
        head = _head(rest, limit, unit)
        parts.append(head.rstrip())
        rest = rest[len(head) :].lstrip("\n")
    if rest.strip() or not parts:
        parts.append(rest)
    return parts


def _head(body: str, limit: int, unit: Literal["utf16", "bytes"]) -> str:
    for pattern in (r"[\s\S]*?(?:\n\n|\Z)", r"[^\n]*(?:\n|\Z)", r"[\s\S]*?(?:[。！？；]|\Z)", r"(?:\\.|\X)"):
        taken = ""
        for piece in regex.findall(pattern, body):
            if not piece or width(to_plain((taken + piece).rstrip()), unit) > limit:
                break
            taken += piece
        if taken.strip():
            return taken
    return body
