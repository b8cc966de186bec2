"""PDF with text: page by page, without what stands at the head or foot of many, its broken lines put together."""

import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from knowledge.readings.contents import key_of, line_of
from knowledge.readings.parts import (
    Block,
    Source,
    Unreadable,
    begins_anew,
    cleaned,
    closed_up,
    glued,
    heading,
    is_unfinished,
    looks_like_heading,
)

if TYPE_CHECKING:
    from pypdf import PdfReader

_MOST_PAGES = 5_000
_MOST_CHARACTERS = 20_000_000
_EDGE = 2
"""Lines at the head and at the foot of a page among which running titles and page numbers are looked for."""
_OFTEN = 3
"""Pages on whose edge a line stands before it is taken for a running title."""
_HEADING_LINES = 3
"""Lines over which a heading may be broken."""
_PAGE_NUMBER = re.compile(r"[\s\-—–·•第|]*(\d{1,4})[\s\-—–·•页|]*(?:[/共]\s*\d{1,4}\s*页?)?")
_CHAPTER = re.compile(r"第\S{1,5}[章编篇]")
_NO_TITLE = re.compile(r"microsoft|word|untitled|无标题|未命名|文档|幻灯片|.*\.\w{2,5}$", re.IGNORECASE)
_FULL = 0.85
"""The share of the widest line from which a line is full, so that a stop at its end need not end the paragraph."""
_SCANNED = "有 {} 页没有文字，多半是扫描的图片，没有读进来。"


_Heading = tuple[str, int]
"""Words and level."""


def read_pdf(data: bytes) -> Source:
    """The blocks of a .pdf. Raises `Unreadable`."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    # It tells of every oddity in English, and whoever imports can do nothing about it.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        # Many are locked against changes only, and open without a word.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("PDF 有密码，打不开。请去掉密码再导入。")
        pages = _pages(reader)
        title, bookmarks = _title(reader), _bookmarks(reader)
    except DependencyError as error:
        raise Unreadable("PDF 加了密，打不开。请去掉密码再导入。") from error
    except PyPdfError as error:
        raise Unreadable("文件打不开，可能损坏了。") from error
    empty = sum(not lines for lines in pages)
    if empty == len(pages):
        raise Unreadable("PDF 里没有文字，多半是扫描件。请先做文字识别（OCR）。")
    return Source(title, list(_blocks(pages, bookmarks)), (_SCANNED.format(empty),) if empty else ())


def _pages(reader: "PdfReader") -> list[list[str]]:
    if len(reader.pages) > _MOST_PAGES:
        raise Unreadable(f"PDF 太厚，最多 {_MOST_PAGES} 页。")
    pages: list[list[str]] = []
    characters = 0
    for page in reader.pages:
        lines = [closed_up(cleaned(line.replace("\t", " "))) for line in page.extract_text().splitlines()]
        pages.append([line for line in lines if line])
        characters += sum(map(len, pages[-1]))
        if characters > _MOST_CHARACTERS:
            raise Unreadable("文件解开后太大，没有导入。")
    return pages


def _title(reader: "PdfReader") -> str:
    title = cleaned(str((reader.metadata.title if reader.metadata else "") or "").replace("\n", " "))
    return "" if _NO_TITLE.match(title) else title


def _bookmarks(reader: "PdfReader") -> Mapping[int, Mapping[str, _Heading]]:
    """The headings that bookmarks name, by their page, counted from 0, and their letters."""
    from pypdf.errors import PyPdfError

    named: defaultdict[int, dict[str, _Heading]] = defaultdict(dict)
    try:
        waiting: list[tuple[Sequence[Any], int]] = [(reader.outline, 1)]
        while waiting and len(named) < _MOST_PAGES:
            found, level = waiting.pop()
            for each in found:
                if isinstance(each, list):
                    waiting.append((each, level + 1))
                elif (page := reader.get_destination_page_number(each)) is not None:
                    words = closed_up(cleaned(str(each.title or "").replace("\n", " ")))
                    named[page][key_of(words)] = (words, level)
    except (PyPdfError, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        # A book whose bookmarks are broken can be read without them.
        return {}
    return named


def _blocks(pages: Sequence[Sequence[str]], bookmarks: Mapping[int, Mapping[str, _Heading]]) -> Iterator[Block]:
    labels = _labels(pages)
    for number, lines in enumerate(_without_running_titles(pages)):
        yield from _paragraphs(list(_with_headings(lines, bookmarks.get(number, {}))), labels[number])


def _with_headings(lines: Sequence[str], bookmarks: Mapping[str, _Heading]) -> Iterator[tuple[str, int]]:
    """The lines, each with its level; those that together are what a bookmark names are one."""
    at = 0
    while at < len(lines):
        for taken in range(_HEADING_LINES, 0, -1):
            words = "".join(lines[at : at + taken])
            if (named := bookmarks.get(key_of(words))) and not words.startswith("—"):
                yield named
                at += taken
                break
        else:
            yield lines[at], 0
            at += 1


def _labels(pages: Sequence[Sequence[str]]) -> list[str]:
    """The page numbers as printed, where most pages agree on them; otherwise counted from the first page."""
    away: Counter[int] = Counter()
    for number, lines in enumerate(pages):
        printed = {int(found[1]) for line in _edges(lines) if (found := _PAGE_NUMBER.fullmatch(line))}
        away.update(each - number for each in printed)
    most, count = away.most_common(1)[0] if away else (1, 0)
    offset = most if count >= _OFTEN and 2 * count >= sum(map(bool, pages)) else 1
    # What comes before page 1 (title, contents) has no number of its own.
    return [str(number + offset) if number + offset > 0 else "" for number in range(len(pages))]


def _edges(lines: Sequence[str]) -> set[str]:
    return {*lines[:_EDGE], *lines[max(_EDGE, len(lines) - _EDGE) :]}


def _shape(line: str) -> str:
    """A line without the page number that a running title may carry."""
    return re.sub(r"^\d+\s*|\s*\d+$", "", line)


def _without_running_titles(pages: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    often = Counter(shape for lines in pages for shape in {_shape(line) for line in _edges(lines)})
    seen: set[str] = set()
    for lines in pages:
        kept = []
        for at, line in enumerate(lines):
            shape, at_edge = _shape(line), at < _EDGE or at >= len(lines) - _EDGE
            runs = at_edge and (bool(_PAGE_NUMBER.fullmatch(line)) or (often[shape] >= _OFTEN and not _is_text(shape)))
            # The first time that it stands there, the name of a chapter is its heading.
            if not runs or (_CHAPTER.match(shape) and shape not in seen):
                kept.append(shape if runs else line)
            seen.add(shape)
        yield kept


def _is_text(line: str) -> bool:
    return line[-1:] in "。；，、：！？"


def _paragraphs(lines: Sequence[tuple[str, int]], page: str) -> Iterator[Block]:
    """The paragraphs of a page whose lines are broken where the paper ends."""
    widest = max((_width(line) for line, level in lines if not level), default=0)
    words = ""
    for line, level in lines:
        if level or (looks_like_heading(line) and not is_unfinished(words)):
            if words:
                yield Block(words, page=page)
            words = ""
            yield heading(line, level, page, weak=not level)
            continue
        if line_of(line, inside=False) is not None:
            # Of a contents page every line stands by itself, though none of them ends a sentence.
            if words:
                yield Block(words, page=page)
            words = ""
            yield Block(line, page=page)
            continue
        if words and begins_anew(line) and not is_unfinished(words):
            yield Block(words, page=page)
            words = ""
        words = glued(words, line) if words else line
        if _width(line) < _FULL * widest and not is_unfinished(line):
            yield Block(words, page=page)
            words = ""
    if words:
        yield Block(words, page=page)


def _width(line: str) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in line)
