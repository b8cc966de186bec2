"""Readings that a branch or an installation owns: understood from files, split into passages with chapter and page."""

from knowledge.readings.formats import LARGEST, blocks_of
from knowledge.readings.outline import Book, Passage, outlined
from knowledge.readings.parts import Unreadable

__all__ = ["Book", "Passage", "Unreadable", "understand"]


def understand(file_name: str, data: bytes) -> Book:
    """A file as a book: .txt, .md, .docx, .pdf with text, .epub, told apart by the ending of the name.

    Raises `Unreadable` with a sentence for the person who imports it.
    """
    if not data:
        raise Unreadable("文件是空的。")
    if len(data) > LARGEST:
        raise Unreadable(f"文件太大，最大 {LARGEST // 1_000_000} MB。")
    title, blocks = blocks_of(file_name, data)
    book = outlined(title, blocks)
    if not book.passages:
        raise Unreadable("文件里没有读到成段的文字。")
    return book
