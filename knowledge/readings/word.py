"""Word documents: headings by style, outline level or numbering; tables row by row."""

import io
import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from knowledge.readings import zipped
from knowledge.readings.parts import (
    Block,
    Source,
    Unreadable,
    cleaned,
    cleaned_with_tabs,
    closed_up,
    heading,
    looks_like_heading,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADING = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_FRAMES = ("sdt", "sdtContent", "customXml", "ins")
_LONGEST_HEADING = 120
_NUMBERED = "文中有 {} 段用了自动编号，编号带不进来；要引用编号，请先在 Word 里转成文字。"
_OURS = re.compile(r"(?:word|文档|新建|无标题|untitled|microsoft)", re.IGNORECASE)


def read_docx(data: bytes) -> Source:
    """The blocks of a .docx. Raises `Unreadable`."""
    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    zipped.opened(data).close()
    try:
        document = docx.Document(io.BytesIO(data))
        title, numbered = _title(document), 0
        blocks: list[Block] = []
        for item in _items(document):
            if isinstance(item, docx.table.Table):
                blocks.extend(_rows(item))
                continue
            numbered += item._p.pPr is not None and item._p.pPr.numPr is not None
            is_title = item.style is not None and (item.style.name or "").lower() in ("title", "标题")
            if is_title and item.text.strip():
                title = closed_up(cleaned(item.text.replace("\n", "")))
            else:
                blocks.extend(_lines(item))
    except (PythonDocxError, OpcError) as error:
        raise Unreadable("文件打不开，可能损坏了。") from error
    return Source(title, blocks, (_NUMBERED.format(numbered),) if numbered else ())


def _title(document: "Document") -> str:
    title = cleaned((document.core_properties.title or "").replace("\n", " "))
    return "" if _OURS.match(title) else title


def _items(document: "Document") -> "Iterator[Paragraph | Table]":
    """Paragraphs and tables in order, also from within a frame: an automatic table of contents stands in one."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    waiting = [iter(document.element.body)]
    while waiting:
        element = next(waiting[-1], None)
        kind = "" if element is None else str(element.tag).rpartition("}")[2]
        if element is None:
            waiting.pop()
        elif kind == "p":
            yield Paragraph(element, document._body)
        elif kind == "tbl":
            yield Table(element, document._body)
        elif kind in _FRAMES:
            waiting.append(iter(element))


def _rows(table: "Table") -> Iterator[Block]:
    for row in table.rows:
        # A merged cell is handed out once for each column that it covers.
        cells = (cleaned(cell.text.replace("\n", " ")) for cell, _ in groupby(row.cells, key=lambda cell: cell))
        words = "｜".join(cell for cell, _ in groupby(filter(None, cells)))
        if words:
            yield Block(words, alone=True)


def _lines(paragraph: "Paragraph") -> Iterator[Block]:
    level = _level(paragraph)
    for raw in paragraph.text.split("\n"):
        words = closed_up(cleaned_with_tabs(raw))
        if not words:
            continue
        if level and len(words) <= _LONGEST_HEADING:
            yield heading(words, level)
        elif looks_like_heading(words):
            yield heading(words, weak=True)
        else:
            yield Block(words)


def _level(paragraph: "Paragraph") -> int:
    """The level that the outline, the style or one of the styles it is based on gives; 0 for text."""
    outlined = paragraph._p.xpath("./w:pPr/w:outlineLvl/@w:val")
    if outlined:
        return int(outlined[0]) + 1 if int(outlined[0]) < 9 else 0
    style = paragraph.style
    for _ in range(10):
        if style is None:
            break
        if found := _HEADING.match(style.name or ""):
            return int(found[1])
        style = style.base_style
    return 0
