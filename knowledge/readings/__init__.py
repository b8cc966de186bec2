"""Readings that a branch or an installation owns: understood from files, split into passages with chapter and page."""

from pathlib import PurePosixPath

from knowledge.readings.book import Book, Passage
from knowledge.readings.formats import source_of
from knowledge.readings.outline import understood
from knowledge.readings.parts import Unreadable

__all__ = ["Book", "Passage", "Unreadable", "understand"]


def understand(file_name: str, data: bytes) -> Book:
    """A file as a book: .txt, .md, .docx, .pdf with text, .epub, told apart by the ending of the name.

    Raises `Unreadable` with a sentence for the person who imports it.
    """
    source = source_of(file_name, data)
    book = understood(source, PurePosixPath(file_name.replace("\\", "/")).stem)
    if not book.passages:
        raise Unreadable("文件里没有读到成段的文字。")
    return book
