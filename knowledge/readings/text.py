"""Plain text and Markdown, also as a scan was read: a line is a paragraph until the outline joins what was broken."""

import re
import unicodedata
from collections.abc import Iterator

from knowledge.readings.parts import (
    LONGEST_HEADING,
    Block,
    Source,
    Unreadable,
    cleaned_with_tabs,
    closed_up,
    heading,
    looks_like_heading,
)

_MARKED = re.compile(r"(#{1,6})\s+(.*?)[\s#]*|(#{1,6})([^#\s].*)")
_BOLD = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)(.*)")
_BULLET = re.compile(r"[-*+•●]\s+")
_ROW = re.compile(r"\|.*\|?")
_RULE = re.compile(r"[\s|:\-=*_]+")
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)|<[a-zA-Z/!][^>\n]{0,200}>")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\([^)\s]{1,500}\)")
_ENTITY = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_LONGEST_MARKED = 120
_LOST = "\ufffd"
_DAMAGED = 0.05
"""The share of characters that may be damaged in a text whose encoding is known by the others."""
_ODD = 0.15
"""The share of characters that nobody writes, above which a file is no text in the encoding that was tried."""


def read_text(data: bytes) -> Source:
    """The blocks of .txt and .md; headings are marked (#, **bold**) or numbered (第一章, 一、)."""
    text = decoded(data)
    lost = text.count(_LOST)
    return Source("", list(_blocks(text)), (f"有 {lost} 处字坏了，读不出来。",) if lost else ())


def decoded(data: bytes) -> str:
    """The text of bytes: UTF-8 with or without a mark, UTF-16 with one, GB18030. Raises `Unreadable`."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _if_text(data.decode("utf-16", errors="replace"))
    text = data.decode("utf-8-sig", errors="replace")
    # A byte that was damaged on the way is no other encoding: as GB18030 the whole would be read, as nonsense.
    if text.count(_LOST) <= len(text) * _DAMAGED:
        return _if_text(text)
    return _if_text(data.decode("gb18030", errors="replace"))


def _if_text(text: str) -> str:
    sample = text[:20_000]
    odd = sum(unicodedata.category(one) in ("Cc", "Cn", "Co", "Cs") and one not in "\r\n\t\f" for one in sample)
    rare = sum("\u3400" <= one <= "\u4dbf" or one > "\uffff" for one in sample)
    odd += sample.count(_LOST)
    if "\x00" in text or odd + rare > _ODD * len(sample):
        raise Unreadable("读不出文字：不是文本文件，或者编码不常见。请另存为 UTF-8 再导入。")
    # A file that was cut off ends within a character.
    return text.rstrip(_LOST)


def _blocks(text: str) -> Iterator[Block]:
    for raw in re.split(r"\r\n|[\n\r\f\v\x85\u2028\u2029]", text):
        line = cleaned_with_tabs(_without_marks(raw))
        if line and not _RULE.fullmatch(line):
            yield _block(line)


def _without_marks(line: str) -> str:
    if "<" in line or "![" in line:
        line = _IMAGE.sub("", line)
    if "](" in line:
        line = _LINK.sub(r"\1", line)
    if "&" in line:
        for entity, one in _ENTITY.items():
            line = line.replace(entity, one)
    return line


def _block(line: str) -> Block:
    if _ROW.fullmatch(line) and line.count("|") > 1:
        cells = [_plain(cell) for cell in line.strip("|").split("|")]
        return Block("｜".join(filter(None, cells)), alone=True)
    if (marked := _MARKED.fullmatch(line)) and len(line) <= _LONGEST_MARKED:
        words = closed_up(_plain(marked[2] or marked[4] or ""))
        return heading(words, len(marked[1] or marked[3])) if words else Block(line)
    bold = _BOLD.fullmatch(line)
    words = closed_up(_plain(line))
    if bold and not bold[2].strip() and len(words) <= LONGEST_HEADING and words[-1:] not in "。；，：":
        return heading(words, 3, weak=True)
    if looks_like_heading(words):
        return heading(words, weak=True)
    if bullet := _BULLET.match(line):
        return Block(_plain(line[bullet.end() :]), alone=True)
    return Block(_plain(line))


def _plain(text: str) -> str:
    return text.replace("**", "").replace("__", "").replace("`", "").lstrip("> ").strip()
