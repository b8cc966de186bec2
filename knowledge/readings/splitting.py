"""Paragraphs in passages of a readable length, cut between sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.readings.parts import Block

SHORTEST, LONGEST = 80, 400
"""Characters of a passage, roughly: one alone under its heading may be shorter, a table's row longer by a little."""
_SENTENCES = re.compile(r"[^。！？!?…\n]*[。！？!?…]+[”’」』）)》】]*|[^。！？!?…\n]+|\n+")
_CLAUSES = "；;，,、： "


@dataclass(slots=True)
class _Piece:
    """What is gathered for one passage."""

    text: str = ""
    first: str = ""
    last: str = ""

    def add(self, text: str, first: str, last: str) -> None:
        if not self.text:
            self.first = first
        self.text += text
        self.last = last

    def done(self) -> tuple[str, str]:
        pages = self.first if self.first == self.last else f"{self.first}—{self.last}"
        return self.text.strip(), pages


def pieces_of(paragraphs: Sequence[Block]) -> list[tuple[str, str]]:
    """The passages of paragraphs under one heading, each with its pages ("" where they are not known)."""
    done: list[_Piece] = []
    piece = _Piece()
    for block in paragraphs:
        for text, first, last in _sentences(block):
            # A short beginning (主持人宣布开会。) belongs to what follows it.
            limit = LONGEST if len(piece.text) >= SHORTEST else LONGEST + SHORTEST
            if piece.text and len(piece.text) + len(text) > limit:
                done.append(piece)
                piece = _Piece()
            piece.add(text, first, last)
        if len(piece.text) >= SHORTEST:
            done.append(piece)
            piece = _Piece()
        elif piece.text:
            piece.text += "\n"
    if len(piece.text) < SHORTEST and done and len(done[-1].text) + len(piece.text) < LONGEST:
        if piece.text:
            done[-1].add(f"\n{piece.text}", piece.first, piece.last)
    elif piece.text:
        done.append(piece)
    return [each.done() for each in done if any(map(str.isalnum, each.text))]


def _sentences(block: Block) -> Iterator[tuple[str, str, str]]:
    """The sentences of a paragraph with the pages on which they begin and end; what is too long is cut at clauses."""
    # Parts of even length read better than one of 400 characters and a rest of ten.
    even = len(block.text) / (len(block.text) // LONGEST + 1)
    gathered, begin = "", 0
    for found in _SENTENCES.finditer(block.text):
        for text in _cut(found[0]):
            if gathered and (len(gathered) >= even or len(gathered) + len(text) > LONGEST):
                yield gathered, block.page_at(begin), block.page_at(begin + len(gathered) - 1)
                begin += len(gathered)
                gathered = ""
            gathered += text
    if gathered:
        yield gathered, block.page_at(begin), block.page_at(begin + len(gathered) - 1)


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        at = max(sentence.rfind(mark, SHORTEST, LONGEST) for mark in _CLAUSES) + 1 or LONGEST
        yield sentence[:at]
        sentence = sentence[at:]
    yield sentence
