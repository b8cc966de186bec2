"""The Word templates are what the module draws, and a page is what the standard for official documents says."""

import io
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from knowledge.documents.drawing import draw
from knowledge.documents.layouts import FOLDER, LAYOUTS, Layout, Style
from knowledge.documents.papers import Papers

layouts = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


@layouts
def test_the_file_is_what_is_drawn(layout: Layout) -> None:
    kept, drawn = zipfile.ZipFile(FOLDER / f"{layout.name}.docx"), zipfile.ZipFile(io.BytesIO(draw(layout)))
    assert kept.namelist() == drawn.namelist()
    for name in kept.namelist():
        assert kept.read(name) == drawn.read(name), f"{name}: python -m knowledge.documents.drawing"


@layouts
def test_every_style_is_in_it_with_a_chinese_typeface(layout: Layout) -> None:
    styles = {style.name: style for style in docx.Document(str(FOLDER / f"{layout.name}.docx")).styles}
    for style in Style:
        faces = styles[style.value].element.rPr.find(qn("w:rFonts"))
        assert faces.get(qn("w:eastAsia")) in ("仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体")


def test_there_is_no_template_without_a_layout_and_no_layout_without_a_paper() -> None:
    assert {path.stem for path in FOLDER.glob("*.docx")} == set(LAYOUTS)
    assert {paper.layout for paper in Papers.load().values()} == set(LAYOUTS)


def test_an_official_page_has_22_lines_of_28_characters() -> None:
    layout = LAYOUTS["letter"]
    assert layout.margins == (37, 35, 28, 26)
    top, bottom, left, right = layout.margins
    points = 72 / 25.4
    assert (297 - top - bottom) * points // layout.line(Style.BODY) == 22
    styles = docx.Document(str(FOLDER / "letter.docx")).styles
    closer = int(styles[Style.BODY.value].element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert (210 - left - right) * points // (layout.size(Style.BODY) + closer) == 28


def test_page_numbers_stand_on_the_outer_side_7_mm_below_the_text() -> None:
    document = docx.Document(str(FOLDER / "letter.docx"))
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    assert [footer.paragraphs[0].alignment.name for footer in (section.footer, section.even_page_footer)] == [
        "RIGHT",
        "LEFT",
    ]
    assert section.footer.paragraphs[0].text == "— 1 —"
    number = Mm(14 / 72 * 25.4)
    assert abs(section.bottom_margin - section.footer_distance - number - Mm(7)) < Mm(0.2)


def test_typefaces_that_a_machine_lacks_have_others_that_stand_in() -> None:
    with zipfile.ZipFile(FOLDER / "letter.docx") as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong' in table


def test_a_wide_page_lies_on_its_side() -> None:
    section = docx.Document(str(FOLDER / "wide_register.docx")).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
