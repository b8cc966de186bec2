"""Draws the Word templates of the layouts: python -m knowledge.documents.drawing writes them beside this file.

A template says how lines and tables look; which of them a paper has, `filling` puts in. So each has the same loop over
blocks, once for every style, and can be opened in Word to see and change its page.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from knowledge.documents.layouts import (
    FALLBACKS,
    FANGSONG,
    FOLDER,
    HEI,
    IN_CELLS,
    KAI,
    LAYOUTS,
    SIZE_3,
    SIZE_4,
    SONG,
    Layout,
    Style,
)
from knowledge.documents.sealing import sealed

LATIN = "Times New Roman"
_LEFT, _CENTRE, _RIGHT, _BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
_RUNNING = (Style.BODY, Style.CLOSING, Style.HEADING, Style.SUBHEADING, Style.FLUSH)
"""What stands 28 characters a line on an official page: a quarter of a point closer than size 3 is wide."""
_KEPT_STYLES = {"Normal", "Default Paragraph Font", "Normal Table", "No List"}
_DRAWN_ON = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def draw(layout: Layout) -> bytes:
    """The template of a layout as a .docx; the same bytes each time."""
    document = docx.Document()
    _forget_the_example(document)
    _set_page(document, layout)
    _set_fonts(document, layout)
    for style in Style:
        _add_style(document, style, layout)
    for kind in Style:
        if kind not in IN_CELLS:
            _block(document, kind)
    _table(document)
    _last(document)
    if layout.numbered:
        _number_pages(document)
    return sealed(document)


def _forget_the_example(document: Document) -> None:
    """python-docx begins with a document of its own: of that only the four styles that Word needs are kept."""
    styles = document.styles.element
    for style in list(styles.findall(qn("w:style"))):
        if style.find(qn("w:name")).get(qn("w:val")) not in _KEPT_STYLES:
            styles.remove(style)
    package = document.part.package
    assert package is not None
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            package.rels.pop(key)
    for key, relation in list(document.part.rels.items()):
        if relation.reltype.endswith("/customXml"):
            document.part.rels.pop(key)
    properties = document.core_properties
    properties.author = properties.comments = properties.title = properties.last_modified_by = ""
    properties.created = properties.modified = _DRAWN_ON
    properties.language = "zh-CN"


def _set_page(document: Document, layout: Layout) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if layout.wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(length) for length in layout.page)
    top, bottom, left, right = layout.margins
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance = Mm(min(15, top - 4))
    section.footer_distance = Mm(max(8, bottom - 12))  # a dash of the page number 7 mm below the text
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)


def _set_fonts(document: Document, layout: Layout) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    run.clear()
    run.append(_faces(FANGSONG))
    run.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'))
    defaults.find(qn("w:pPrDefault")).clear()
    table = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for face, others in FALLBACKS.items()
    )
    for part in document.part.package.iter_parts() if document.part.package else ():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
                f'<w:fonts {nsdecls("w")}>{table}<w:font w:name="{LATIN}"/></w:fonts>'
            ).encode()


def _faces(face: str) -> Any:
    return parse_xml(
        f'<w:rFonts {nsdecls("w")} w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{face}" w:cs="{LATIN}"/>'
    )


def _add_style(document: Document, style: Style, layout: Layout) -> None:
    drawn = document.styles.add_style(style.value, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(drawn, ParagraphStyle)
    drawn.element.set(qn("w:styleId"), style.name.title().replace("_", ""))
    drawn.quick_style = True
    size = layout.size(style)
    drawn.font.size = Pt(size)
    drawn.element.get_or_add_rPr().insert(0, _faces(_face(style, layout)))
    if layout.body == SIZE_3 and style in _RUNNING:
        drawn.element.get_or_add_rPr().insert(1, parse_xml(f'<w:spacing {nsdecls("w")} w:val="-5"/>'))
    form = drawn.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.widow_control = False
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = Pt(layout.line(style))
    form.alignment = _alignment(style)
    match style:
        case Style.TITLE:
            form.space_after = Pt(layout.pitch * 0.6)
            form.keep_with_next = True
        case Style.BODY | Style.CLOSING | Style.HEADING | Style.SUBHEADING:
            _indent(drawn, firstLineChars=200, firstLine=int(size * 40))
            form.keep_with_next = style is not Style.BODY
        case Style.SIGNED:
            _indent(drawn, leftChars=800, left=int(size * 160), rightChars=200, right=int(size * 40))
            form.keep_with_next = True
        case Style.DATED:
            _indent(drawn, rightChars=400, right=int(size * 80))
        case Style.EMPTY:
            form.keep_with_next = True
        case Style.CUT:
            form.space_before = form.space_after = Pt(6)
            drawn.element.get_or_add_pPr().find(qn("w:spacing")).addprevious(_dashes())
        case Style.PAGE:
            form.page_break_before = True
        case _:
            pass


def _indent(style: ParagraphStyle, **lengths: int) -> None:
    """Indents in characters, and in twentieths of a point for programs that do not know characters."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    for name, length in lengths.items():
        indent.set(qn(f"w:{name}"), str(length))


def _dashes() -> Any:
    return parse_xml(f'<w:pBdr {nsdecls("w")}><w:bottom w:val="dashed" w:sz="6" w:space="1" w:color="auto"/></w:pBdr>')


def _face(style: Style, layout: Layout) -> str:
    faces = {Style.TITLE: layout.title_face, Style.HEADING: HEI, Style.SUBHEADING: KAI, Style.NOTE: FANGSONG}
    return faces.get(style, layout.cell_face if style in IN_CELLS else FANGSONG)


def _alignment(style: Style) -> WD_ALIGN_PARAGRAPH:
    match style:
        case Style.TITLE | Style.CENTRE | Style.CELL | Style.CUT:
            return _CENTRE
        case Style.SIGNED | Style.DATED | Style.CELL_RIGHT:
            return _RIGHT
        case Style.FLUSH | Style.NOTE | Style.CELL_LEFT:
            return _LEFT
    return _BOTH


def _block(document: Document, kind: Style) -> None:
    first = kind is Style.TITLE
    if first:
        document.add_paragraph("{%p for block in blocks %}")
    document.add_paragraph(f'{{%p {"if" if first else "elif"} block.kind == "{kind.name}" %}}')
    document.add_paragraph("{{ block.text }}", style=kind.value)


def _table(document: Document) -> None:
    document.add_paragraph('{%p elif block.kind == "TABLE" %}')
    table = document.add_table(rows=3, cols=3)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(_borders())
    for row, words in ((0, "{%tr for row in block.rows %}"), (2, "{%tr endfor %}")):
        table.cell(row, 0).text = words
    sample = table.rows[1].cells
    sample[0].text = "{%tc for cell in row.cells %}"
    sample[2].text = "{%tc endfor %}"
    _fill_cell(sample[1])


def _borders() -> Any:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>")


def _fill_cell(cell: Any) -> None:
    def add(words: str, style: str | None = None) -> None:
        paragraph: Paragraph = cell.add_paragraph(words)
        if style:
            paragraph.style = style

    cell.paragraphs[0].text = "{%p for line in cell.lines %}"
    for number, style in enumerate(IN_CELLS):
        add(f'{{%p {"elif" if number else "if"} line.kind == "{style.name}" %}}')
        add("{{ line.text }}", style.value)
    add("{%p endif %}")
    add("{%p endfor %}")


def _last(document: Document) -> None:
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")


def _number_pages(document: Document) -> None:
    """“— 1 —” in size 4, on the outer side: right on odd pages, left on even ones."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, alignment in ((section.footer, _RIGHT), (section.even_page_footer, _LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = document.styles["Normal"]
        paragraph.alignment = alignment
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(SIZE_4)
        for piece in _number():
            run = paragraph.add_run()
            run.font.size = Pt(SIZE_4)
            run._r.get_or_add_rPr().insert(0, _faces(SONG))
            run._r.append(piece)


def _number() -> Iterator[Any]:
    def words(text: str) -> Any:
        written = OxmlElement("w:t")
        written.text = text
        written.set(qn("xml:space"), "preserve")
        return written

    def mark(kind: str) -> Any:
        field = OxmlElement("w:fldChar")
        field.set(qn("w:fldCharType"), kind)
        return field

    instruction = OxmlElement("w:instrText")
    instruction.text = "PAGE"
    yield from (words("— "), mark("begin"), instruction, mark("separate"), words("1"), mark("end"), words(" —"))


if __name__ == "__main__":
    for each in LAYOUTS.values():
        (FOLDER / f"{each.name}.docx").write_bytes(draw(each))
