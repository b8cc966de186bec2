"""Files of each format as headings and paragraphs. The libraries are imported when a file needs them."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import PurePosixPath
from xml.etree import ElementTree

from knowledge.readings.parts import Block, Unreadable, is_unfinished, level_of, looks_like_heading

LARGEST = 50_000_000
_UNPACKED = 200_000_000
_CJK = re.compile(r"[㐀-鿿，。、；：？！）】》”]")

_PAGE_NUMBER = re.compile(r"[\s\-—·]*\d{1,4}[\s\-—·]*")

Blocks = tuple[str, list[Block]]


def blocks_of(file_name: str, data: bytes) -> Blocks:
    """The title, "" where the file names none, and the blocks of a file. Raises `Unreadable`."""
    ending = PurePosixPath(file_name.replace("\\", "/")).suffix.lower()
    reader = _READERS.get(ending)
    if reader is None:
        raise Unreadable(f"不认识“{ending or file_name}”文件。能导入 txt、md、docx、有文字的 pdf、epub。")
    try:
        return reader(data)
    except Unreadable:
        raise
    except Exception as error:  # whatever a broken file makes a library say, the person has one sentence to read
        raise Unreadable(f"文件打不开，可能损坏了（{type(error).__name__}）。") from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("文字的编码认不出来，请另存为 UTF-8 再导入。")


def _text(data: bytes) -> Blocks:
    """Plain text or Markdown, also as scanned: marks of headings are believed, numbering tells the level."""
    text = _decoded(data)
    if "\x00" in text:
        raise Unreadable("这不是文本文件。")
    blocks: list[Block] = []
    title = ""
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        pending: list[str] = []
        for line in lines:
            marked = re.fullmatch(r"(#{1,6})\s*(.+?)\s*#*", line)
            bold = re.fullmatch(r"\*\*([^*]+)\*\*", line)
            words = _plain(marked[2] if marked else bold[1] if bold else line)
            is_heading = bool(marked) or (bool(bold) and len(words) <= 44) or looks_like_heading(words)
            if not is_heading or not words:
                pending.append(line)
                continue
            if pending:
                blocks.append(Block(_joined(pending)))
                pending = []
            title = title or (words if marked and not level_of(words) else "")
            blocks.append(Block(words, level_of(words) or (min(len(marked[1]), 3) if marked else 3)))
        if pending:
            blocks.append(Block(_joined(pending)))
    return title, blocks


def _plain(text: str) -> str:
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]{1,80}>", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*\*|__|`", "", text).strip()


def _joined(lines: list[str]) -> str:
    """Lines of one paragraph: a table or list keeps its lines, broken lines are put together."""
    if any(line.startswith(("|", "- ", "* ", "> ")) or re.search(r"[.．·…]{3,}", line) for line in lines):
        return "\n".join(lines)
    words = _plain(lines[0])
    for line in map(_plain, lines[1:]):
        glue = "" if _CJK.search(words[-1:]) or _CJK.match(line) else " "
        words = f"{words}{glue}{line}"
    return words


def _docx(data: bytes) -> Blocks:
    """Word: headings by style or numbering, tables line by line."""
    _unpackable(data)
    import docx
    from docx.table import Table

    document = docx.Document(io.BytesIO(data))
    blocks: list[Block] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            rows = ("　".join(dict.fromkeys(cell.text.strip() for cell in row.cells)) for row in item.rows)
            blocks.extend(Block(row) for row in rows if row.strip())
            continue
        words = " ".join(item.text.split())
        if not words:
            continue
        style = re.fullmatch(r"(?:heading|标题)\s*(\d)", (item.style.name if item.style else "").strip(), re.IGNORECASE)
        if style or looks_like_heading(words):
            blocks.append(Block(words, level_of(words) or min(int(style[1]) if style else 3, 3)))
        else:
            blocks.append(Block(words))
    return (document.core_properties.title or "").strip(), blocks


def _pdf(data: bytes) -> Blocks:
    """PDF with text: real pages, without what stands at the head or foot of most of them."""
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise Unreadable("PDF 有密码，打不开。请去掉密码再导入。")
    pages = [
        [" ".join(line.split()) for line in page.extract_text().splitlines() if line.strip()] for page in reader.pages
    ]
    if not any(pages):
        raise Unreadable("PDF 里没有文字，多半是扫描件。请先做文字识别（OCR）。")
    edges = Counter(_edge(line) for lines in pages for line in {*lines[:1], *lines[-1:]})
    repeated = {line for line, count in edges.items() if count > max(2, len(pages) // 2)}
    blocks: list[Block] = []
    for number, lines in enumerate(pages, 1):
        kept = [
            line
            for at, line in enumerate(lines)
            if at not in (0, len(lines) - 1) or not (_edge(line) in repeated or _PAGE_NUMBER.fullmatch(line))
        ]
        blocks.extend(_paragraphs(kept, number))
    title = (reader.metadata.title or "") if reader.metadata else ""
    return title.strip(), blocks


def _edge(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _paragraphs(lines: list[str], page: int) -> Iterator[Block]:
    """The paragraphs of a page whose lines are broken where the paper ends."""
    widest = max(map(len, lines), default=0)
    words = ""
    for line in lines:
        if looks_like_heading(line):
            if words:
                yield Block(words, page=page)
            words = ""
            yield Block(line, level_of(line), page)
            continue
        glue = "" if not words or _CJK.search(words[-1:]) or _CJK.match(line) else " "
        words = f"{words}{glue}{line}"
        if len(line) < 0.75 * widest and not is_unfinished(line):
            yield Block(words, page=page)
            words = ""
    if words:
        yield Block(words, page=page)


class _Html(HTMLParser):
    """Headings and paragraphs of a page of an e-book."""

    ENDS = frozenset(("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "blockquote"))
    SKIPPED = frozenset(("script", "style", "head"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._words: list[str] = []
        self._level = 0
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SKIPPED:
            self._skipped += 1
        if tag in self.ENDS:
            self._end()
        if re.fullmatch(r"h[1-6]", tag):
            self._level = min(int(tag[1]), 3)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        if tag in self.ENDS:
            self._end()
            self._level = 0

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._words.append(data)

    def _end(self) -> None:
        words = " ".join("".join(self._words).split())
        self._words = []
        if words:
            level = level_of(words) or self._level if self._level or looks_like_heading(words) else 0
            self.blocks.append(Block(words, level))


def _epub(data: bytes) -> Blocks:
    """An e-book: its pages in the order of the spine."""
    _unpackable(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        container = _xml(archive.read("META-INF/container.xml"))
        package_path = next(each.attrib["full-path"] for each in container.iter() if each.tag.endswith("rootfile"))
        package = _xml(archive.read(package_path))
        title = next((each.text or "" for each in package.iter() if each.tag.endswith("}title")), "")
        items = {each.attrib["id"]: each.attrib["href"] for each in package.iter() if each.tag.endswith("}item")}
        order = [each.attrib["idref"] for each in package.iter() if each.tag.endswith("}itemref")]
        blocks: list[Block] = []
        for idref in order:
            path = str(PurePosixPath(package_path).parent / items[idref]).removeprefix("./")
            page = _Html()
            page.feed(archive.read(path).decode("utf-8", "replace"))
            page.close()
            page._end()
            blocks.extend(page.blocks)
    return title.strip(), blocks


def _xml(data: bytes) -> ElementTree.Element:
    if b"<!ENTITY" in data:
        raise Unreadable("文件里有不安全的内容，没有导入。")  # entities can unfold without end
    return ElementTree.fromstring(data)


def _unpackable(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable("文件打不开，可能损坏了。") from error
    if unpacked > _UNPACKED:
        raise Unreadable("文件解开后太大，没有导入。")


_READERS: dict[str, Callable[[bytes], Blocks]] = {
    ".txt": _text,
    ".md": _text,
    ".markdown": _text,
    ".docx": _docx,
    ".pdf": _pdf,
    ".epub": _epub,
}
