"""E-books: the pages of an .epub in the order of its spine, with the printed page numbers where it has them."""

import re
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote
from zipfile import ZipFile

from knowledge.readings import zipped
from knowledge.readings.parts import Block, Source, Unreadable, cleaned, closed_up, heading, looks_like_heading
from knowledge.readings.text import decoded

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ENDS = _HEADINGS.union(
    (
        "p",
        "div",
        "li",
        "tr",
        "td",
        "th",
        "br",
        "hr",
        "blockquote",
        "section",
        "article",
        "table",
        "ul",
        "ol",
        "dt",
        "dd",
    )
)
_SKIPPED = frozenset(("script", "style", "head", "nav"))
_LONGEST_HEADING = 120
_LONGEST_DOCUMENT = 20_000_000
_NO_TAG = re.compile(r"<(?!/?[a-zA-Z][^<>]{0,2000}>)")
_DECLARED = re.compile(r"<[!?][^<>]{0,2000}>")
_PAGE = re.compile(r"[0-9ivxlc]{1,6}", re.IGNORECASE)


def read_epub(data: bytes) -> Source:
    """The blocks of an .epub. Raises `Unreadable`."""
    with zipped.opened(data) as archive:
        names = set(archive.namelist())
        if "META-INF/encryption.xml" in names and b"EncryptedKey" in archive.read("META-INF/encryption.xml"):
            raise Unreadable("这本电子书有版权保护，打不开。")
        package_name = _Package.read(archive, "META-INF/container.xml").root
        if package_name not in names:
            raise Unreadable("文件打不开，可能损坏了。")
        package = _Package.read(archive, package_name)
        blocks: list[Block] = []
        page = ""
        for href in package.order():
            name = normpath(join(dirname(package_name), unquote(href)))
            if name in names:
                pages = _Pages(page)
                _feed(pages, archive, name)
                blocks.extend(pages.blocks)
                page = pages.page
    return Source(cleaned(package.title), blocks)


def _feed(parser: HTMLParser, archive: ZipFile, name: str) -> None:
    if archive.getinfo(name).file_size > _LONGEST_DOCUMENT:
        raise Unreadable("文件解开后太大，没有导入。")
    content = archive.read(name)
    if not content.strip():
        return
    # What is no whole tag is text: for a parser that forgives everything, a thousand open ones cost minutes.
    parser.feed(_NO_TAG.sub("&lt;", _DECLARED.sub("", _without_comments(decoded(content)))))
    parser.close()


def _without_comments(text: str) -> str:
    parts, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts.append(text[at:begin])
        at = end + 3
    return "".join((*parts, text[at:]))


class _Package(HTMLParser):
    """What container and package say; not read as XML, whose entities could unfold without end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = ""
        self.title = ""
        self._in_title = False
        self._hrefs: dict[str, str] = {}
        self._spine: list[str] = []

    @classmethod
    def read(cls, archive: ZipFile, name: str) -> "_Package":
        """One of the two files."""
        package = cls()
        _feed(package, archive, name)
        return package

    def order(self) -> list[str]:
        """The documents as they are read."""
        return [self._hrefs[one] for one in dict.fromkeys(self._spine) if one in self._hrefs]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name, said = tag.rpartition(":")[2], {key: value or "" for key, value in attrs}
        if name == "rootfile":
            self.root = self.root or said.get("full-path", "")
        elif name == "item" and "nav" not in said.get("properties", "").split():
            self._hrefs[said.get("id", "")] = said.get("href", "")
        elif name == "itemref":
            self._spine.append(said.get("idref", ""))
        self._in_title = name == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


class _Pages(HTMLParser):
    """Headings and paragraphs of one document."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.page = page
        self._words: list[str] = []
        self._row: list[str] | None = None
        self._level = 0
        self._item = False
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipped += tag in _SKIPPED
        if tag == "body":
            self._skipped = 0
        if tag in _ENDS:
            self._end()
        if tag == "tr":
            self._row = []
        self._item = tag == "li" or (self._item and tag not in _ENDS)
        if tag in _HEADINGS:
            self._level = int(tag[1])
        said = {key: value or "" for key, value in attrs}
        if "pagebreak" in said.get("epub:type", "") or said.get("role") == "doc-pagebreak":
            label = (said.get("title") or said.get("aria-label") or "").strip()
            if _PAGE.fullmatch(label):
                self.page = label

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        if tag in _ENDS:
            self._end()
            self._level = 0
        if tag in ("tr", "table") and self._row is not None:
            words = "｜".join(self._row)
            self._row = None
            if words:
                self.blocks.append(Block(words, page=self.page, alone=True))

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._words.append(data)

    def close(self) -> None:
        """The end of the document ends its last paragraph."""
        super().close()
        self._end()

    def _end(self) -> None:
        words = closed_up(cleaned("".join(self._words).replace("\n", " ")))
        self._words = []
        if not words:
            return
        if self._row is not None:
            self._row.append(words)
        elif self._level and len(words) <= _LONGEST_HEADING:
            self.blocks.append(heading(words, self._level, self.page))
        elif looks_like_heading(words):
            self.blocks.append(heading(words, page=self.page, weak=True))
        else:
            self.blocks.append(Block(words, page=self.page, alone=self._item))
