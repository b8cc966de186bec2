"""From headings and paragraphs to passages: where each stands, on which page, a few sentences long."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.readings.contents import entry_of, is_contents_heading, is_rule, key_of, page_of
from knowledge.readings.parts import Block, is_unfinished

SHORTEST, LONGEST = 80, 400
_SENTENCES = re.compile(r"[^。！？；\n]+[。！？；]*[”）》]*\n?|\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of a reading and where they stand; `page` is "7" or "7—9", "" where it is not known."""

    chapter: str
    heading: str
    page: str
    text: str


@dataclass(frozen=True, slots=True)
class Book:
    """What was understood of a file; `warnings` are for the person who imports it."""

    title: str
    chapters: tuple[str, ...]
    passages: tuple[Passage, ...]
    characters: int
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Section:
    chapter: str
    heading: str
    page: int
    paragraphs: list[Block]


def outlined(title: str, blocks: Sequence[Block]) -> Book:
    """The book that blocks make: contents pages give page numbers and are no text, broken paragraphs are made whole."""
    body, contents = _without_contents(blocks)
    sections = list(_sections(_whole_paragraphs(_merged_headings(body)), contents))
    passages = tuple(_passages(sections))
    chapters = tuple(dict.fromkeys(passage.chapter for passage in passages if passage.chapter))
    characters = sum(len(passage.text) for passage in passages)
    warnings = []
    if not chapters:
        warnings.append("没有认出章节，会按段落拆分。")
    if not any(passage.page for passage in passages):
        warnings.append("没有页码，引用时只写章节。")
    return Book(title, chapters, passages, characters, tuple(warnings))


def _without_contents(blocks: Sequence[Block]) -> tuple[list[Block], dict[str, int]]:
    """The blocks behind the contents pages, and what those say; before the contents there is only the imprint."""
    contents: dict[str, int] = {}
    last = -1
    for at, block in enumerate(blocks):
        entries = [entry_of(line) for line in block.text.splitlines() if not is_rule(line)]
        found = [entry for entry in entries if entry is not None]
        if found and (len(found) * 2 >= len(entries)):
            last = at
            for title, page in found:
                contents.setdefault(key_of(title), page)
    if len(contents) < 3:
        return [block for block in blocks if not is_contents_heading(block.text)], {}
    return [block for block in blocks[last + 1 :] if not is_contents_heading(block.text)], contents


def _merged_headings(blocks: Iterable[Block]) -> Iterator[Block]:
    """“第一章” and the heading right under it are one, and so is a title that was broken into two lines."""
    held: Block | None = None
    for block in blocks:
        if held is not None and block.level and re.fullmatch(r"第\S{1,5}[章编篇节]", held.text):
            held = Block(f"{held.text} {block.text}", held.level, held.page)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _whole_paragraphs(blocks: Iterable[Block]) -> Iterator[Block]:
    """A paragraph that stops in the middle of a sentence, as at a page's end, goes on in the next one."""
    held: Block | None = None
    for block in blocks:
        if held is not None and not held.level and not block.level and is_unfinished(held.text):
            held = Block(held.text + block.text, 0, held.page)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _sections(blocks: Iterable[Block], contents: dict[str, int]) -> Iterator[_Section]:
    chapter, headings, page = "", ["", ""], 0
    section = _Section("", "", 0, [])
    for block in blocks:
        if not block.level:
            section.paragraphs.append(block)
            continue
        yield section
        if block.level == 1:
            chapter, headings = block.text, ["", ""]
        elif block.level == 2:
            headings = [block.text, ""]
        else:
            headings[1] = block.text
        page = page_of(block.text, contents) or block.page or page
        section = _Section(chapter, " ".join(filter(None, headings)), page, [])
    yield section


def _passages(sections: Sequence[_Section]) -> Iterator[Passage]:
    for at, section in enumerate(sections):
        following = next((later.page for later in sections[at + 1 :] if later.page > section.page), 0)
        for words, page in _pieces(section.paragraphs):
            yield Passage(section.chapter, section.heading, page or _range(section.page, following), words)


def _range(first: int, following: int) -> str:
    if not first:
        return ""
    return f"{first}—{following}" if following > first else str(first)


def _pieces(paragraphs: Sequence[Block]) -> list[tuple[str, str]]:
    """Paragraphs in passages of a readable length, cut between sentences, with the page where each begins."""
    pieces: list[tuple[str, str]] = []
    words, page = "", ""
    for block in paragraphs:
        for sentence in (*_SENTENCES.findall(block.text), "\n"):
            if words.strip() and len(words) + len(sentence) > LONGEST:
                pieces.append((words.strip(), page))
                words = ""
            if not words.strip():
                page = str(block.page) if block.page else ""
            while len(sentence) > LONGEST:
                pieces.append((sentence[:LONGEST], page))
                sentence = sentence[LONGEST:]
            words += sentence
        if len(words) >= SHORTEST:
            pieces.append((words.strip(), page))
            words = ""
    if len(words.strip()) < SHORTEST // 2 and pieces and len(pieces[-1][0]) + len(words) <= LONGEST:
        pieces[-1] = (f"{pieces[-1][0]}\n{words.strip()}".strip(), pieces[-1][1])
    elif any(character.isalnum() for character in words):
        pieces.append((words.strip(), page))
    return pieces
