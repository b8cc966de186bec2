"""From headings and paragraphs to a book: what stands in which chapter, under which heading, on which page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from knowledge.readings.book import Book, Passage
from knowledge.readings.contents import Contents, Line, contents_among, is_contents_heading, placed
from knowledge.readings.parts import Block, Source, begins_anew, closed_up, is_unfinished, level_of
from knowledge.readings.splitting import LONGEST, pieces_of

_NUMBER_ONLY = re.compile(r"第\S{1,5}[章编篇节]")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,5}条(?=[\s　:：])")
_PREFACE = re.compile(r"前言|引言|导言|序言?|代序|出版说明|编写说明|编者的话|写在前面")
_IMPRINT = re.compile(r"ISBN|图书在版编目|CIP数据|责任编辑|印\s*张|印\s*次|开\s*本\s|定\s*价|书\s*号|版权所有|出版发行")
_IMPRINT_WITHIN = 40
"""Blocks from the beginning among which an imprint is looked for."""
_IN_CONTENTS = "目录"


@dataclass(slots=True)
class _Section:
    chapter: str
    heading: str
    title: str = ""
    paragraphs: list[Block] = field(default_factory=list)


def understood(source: Source, fallback_title: str) -> Book:
    """The book that a file makes: contents pages give page numbers, broken paragraphs are made whole."""
    contents = contents_among(source.blocks)
    title, blocks = _without_front(source, contents)
    blocks = list(_without_empty_headings(list(_merged_headings(blocks))))
    sections = list(_sections(_whole_paragraphs(_raised(blocks))))
    passages = [*_passages(sections, contents.lines), *_only_in_contents(sections, contents.lines)]
    chapters = tuple(dict.fromkeys(passage.chapter for passage in passages if passage.chapter))
    characters = sum(len(passage.text) for passage in passages)
    warnings = (*source.warnings, *_warnings(passages, chapters))
    return Book(title or fallback_title, chapters, tuple(passages), characters, warnings)


def _warnings(passages: Sequence[Passage], chapters: Sequence[str]) -> Iterator[str]:
    if not chapters:
        yield "没有认出章节，按段落拆分。"
    if not any(passage.page for passage in passages):
        yield "没有页码，引用时只写章节。"
    if absent := sum(passage.text.count("\n") + 1 for passage in passages if passage.heading == _IN_CONTENTS):
        yield f"目录里有 {absent} 个标题在正文里没有找到，可能只有书的一部分；记下了它们在第几页。"


def _without_front(source: Source, contents: Contents) -> tuple[str, list[Block]]:
    """The title, and the blocks without title pages, imprint and contents; a preface before those stays."""
    blocks = source.blocks
    first = next((block.text for block in blocks if _may_be_title(block)), "")
    if contents.lines:
        front, body = blocks[: contents.first], blocks[contents.behind :]
        return source.title or first, [*_prefaces(front), *body]
    titles = [block.text for block in blocks if _may_be_title(block)]
    at = next((at for at, block in enumerate(blocks) if _may_be_title(block)), 0)
    alone = len(set(titles)) == 1 and at < _IMPRINT_WITHIN and (source.title or first) == first
    if alone:
        # Under the one heading without a number stands everything: it is no chapter, it is the title.
        blocks = [block for block in blocks if not _may_be_title(block)]
    imprint = [block for block in blocks[:_IMPRINT_WITHIN] if not _IMPRINT.search(block.text)]
    body = [block for block in (*imprint, *blocks[_IMPRINT_WITHIN:]) if not is_contents_heading(block.text)]
    return source.title or (first if alone else ""), body


def _may_be_title(block: Block) -> bool:
    return (
        block.level == 1
        and not block.weak
        and not level_of(block.text)
        and not is_contents_heading(block.text)
        and not _IMPRINT.search(block.text)
        and not _PREFACE.fullmatch(closed_up(block.text))
    )


def _prefaces(front: Sequence[Block]) -> Iterator[Block]:
    inside = False
    for block in front:
        if block.level:
            inside = bool(_PREFACE.fullmatch(closed_up(block.text)))
        if inside and not _IMPRINT.search(block.text):
            yield block


def _merged_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """“第一章” and what stands right under it are one, be it marked as a heading or a short line."""
    held: Block | None = None
    for block in blocks:
        if held is not None:
            short = len(block.text) <= 40 and not level_of(block.text) and block.text[-1:] not in "。；："
            if short or block.level:
                yield replace(held, text=f"{held.text} {block.text}")
                held = None
                continue
            yield held
        held = block if block.level and _NUMBER_ONLY.fullmatch(block.text) else None
        if held is None:
            yield block
    if held is not None:
        yield held


def _without_empty_headings(blocks: Sequence[Block]) -> Iterator[Block]:
    """What looks like a heading but has nothing under it is an item of a list, and kept as a line of text."""
    for at, block in enumerate(blocks):
        following = blocks[at + 1].level if at + 1 < len(blocks) else 1
        is_empty = block.level and following and following <= block.level
        if is_empty and (block.weak or block.level > 1):
            yield Block(block.text, 0, block.page, alone=True)
        else:
            yield block


def _raised(blocks: Sequence[Block]) -> list[Block]:
    """Where nothing is called a chapter, the highest headings there are are the chapters."""
    highest = min((block.level for block in blocks if block.level), default=1)
    return [replace(block, level=block.level - highest + 1) if block.level else block for block in blocks]


def _whole_paragraphs(blocks: Iterable[Block]) -> Iterator[Block]:
    """A paragraph that stops in the middle of a sentence, as at a page's end, goes on in the next one."""
    held: Block | None = None
    parts: list[Block] = []
    for block in blocks:
        goes_on = held is not None and not (held.level or held.alone or block.level or block.alone)
        if held is not None and goes_on and is_unfinished(held.text) and not begins_anew(block.text):
            parts.append(block)
            held = block
            continue
        yield from _one(parts)
        held, parts = block, [block]
    yield from _one(parts)


def _one(parts: Sequence[Block]) -> Iterator[Block]:
    # Halves of halves, so that a file of one endless sentence takes no time that grows with its square.
    if len(parts) > 1:
        (left,), (right,) = _one(parts[: len(parts) // 2]), _one(parts[len(parts) // 2 :])
        yield left.joined(right)
    elif parts:
        yield parts[0]


def _sections(blocks: Iterable[Block]) -> Iterator[_Section]:
    chapter, headings = "", ["", ""]
    section = _Section("", "")
    for block in blocks:
        article = None if block.level else _ARTICLE.match(block.text)
        if not block.level and not article:
            section.paragraphs.append(block)
            continue
        yield section
        title = block.text if block.level else ""
        if article is not None:
            place = [*headings, article[0]]
        elif block.level == 1:
            chapter, headings = block.text, ["", ""]
            place = headings
        else:
            headings = [block.text, ""] if block.level == 2 else [headings[0], block.text]
            place = headings
        section = _Section(chapter, " ".join(filter(None, place)), title)
        if article is not None:
            section.paragraphs.append(block)
    yield section


def _passages(sections: Sequence[_Section], lines: Sequence[Line]) -> Iterator[Passage]:
    page = ""
    for section, at in zip(sections, _placed(sections, lines), strict=True):
        if at is not None:
            page = _range(lines, at)
        for words, pages in pieces_of(section.paragraphs):
            yield Passage(section.chapter, section.heading, pages or page, words)


def _placed(sections: Sequence[_Section], lines: Sequence[Line]) -> list[int | None]:
    titled = [number for number, section in enumerate(sections) if section.title]
    found: list[int | None] = [None] * len(sections)
    for number, at in zip(titled, placed([sections[number].title for number in titled], lines), strict=True):
        found[number] = at
    return found


def _range(lines: Sequence[Line], at: int) -> str:
    """From the page of a line of the contents to where the next one begins; a chapter begins on a page of its own."""
    first = last = lines[at].page
    if at + 1 < len(lines):
        last = lines[at + 1].page - lines[at + 1].is_chapter
    return f"{first}—{last}" if last > first else str(first)


def _only_in_contents(sections: Sequence[_Section], lines: Sequence[Line]) -> Iterator[Passage]:
    """Of what the contents name and the file does not have, at least on which page of the book it stands."""
    there = set(_placed(sections, lines))
    gathered: dict[str, list[Line]] = {}
    for at, line in enumerate(lines):
        if at not in there:
            gathered.setdefault(line.chapter, []).append(line)
    for chapter, absent in gathered.items():
        rows: list[Line] = []
        for line in absent:
            if rows and sum(len(row.title) + 9 for row in (*rows, line)) > LONGEST:
                yield _rows(chapter, rows)
                rows = []
            rows.append(line)
        yield _rows(chapter, rows)


def _rows(chapter: str, rows: Sequence[Line]) -> Passage:
    first, last = min(row.page for row in rows), max(row.page for row in rows)
    pages = f"{first}—{last}" if last > first else str(first)
    return Passage(chapter, _IN_CONTENTS, pages, "\n".join(f"{row.title}：第{row.page}页" for row in rows))
