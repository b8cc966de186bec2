"""Files of every format as headings and paragraphs; the library of a format is imported when a file needs it."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

from knowledge.readings.epub import read_epub
from knowledge.readings.parts import Source, Unreadable
from knowledge.readings.pdf import read_pdf
from knowledge.readings.text import read_text
from knowledge.readings.word import read_docx

LARGEST = 50_000_000
"""Bytes of a file at most."""
_KNOWN = "能导入 txt、md、docx、有文字的 pdf、epub"
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # with RecursionError and NotImplementedError
    SyntaxError,  # what lxml calls XML that is none
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What a library says that believed a broken file; mistakes of ours are among them, which hostile tests look for."""


def source_of(file_name: str, data: bytes) -> Source:
    """A file taken apart. Raises `Unreadable`."""
    ending = PurePosixPath(file_name.replace("\\", "/")).suffix.lower()
    reader = _READERS.get(ending)
    if reader is None:
        raise Unreadable(_unknown(ending))
    if not data.strip():
        raise Unreadable("文件是空的。")
    if len(data) > LARGEST:
        raise Unreadable(f"文件太大，最大 {LARGEST // 1_000_000} MB。")
    try:
        return reader(data)
    except _BROKEN as error:
        raise Unreadable("文件打不开，可能损坏了。") from error


def _unknown(ending: str) -> str:
    if ending in (".doc", ".wps", ".rtf"):
        return f"{ending} 文件读不了：请用 Word 或 WPS 另存为 .docx 再导入。"
    return f"不认识“{ending}”文件。{_KNOWN}。" if ending else f"文件名没有后缀，不知道是什么。{_KNOWN}。"


_READERS: dict[str, Callable[[bytes], Source]] = {
    ".txt": read_text,
    ".md": read_text,
    ".markdown": read_text,
    ".docx": read_docx,
    ".pdf": read_pdf,
    ".epub": read_epub,
}
