"""The layouts of papers: page, type sizes and line pitch of each, by GB/T 9704-2012 where a paper is official."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the Word templates are, one a layout."""

FANGSONG = "仿宋_GB2312"
HEI = "黑体"
KAI = "楷体_GB2312"
SONG = "宋体"
TITLE_SONG = "方正小标宋简体"

FALLBACKS = {
    FANGSONG: "仿宋,FangSong,STFangsong,华文仿宋,FangSong_GB2312",
    HEI: "SimHei,STHeiti,华文黑体,Noto Sans CJK SC",
    KAI: "楷体,KaiTi,STKaiti,华文楷体,KaiTi_GB2312",
    SONG: "SimSun,STSong,华文宋体,Noto Serif CJK SC",
    TITLE_SONG: "FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,宋体,SimSun",
}
"""What stands in for a typeface that a machine lacks, best first."""

SIZE_1, SIZE_2, SIZE_SMALL_2, SIZE_3, SIZE_4, SIZE_SMALL_4 = 26.0, 22.0, 18.0, 16.0, 14.0, 12.0
"""The Chinese type sizes 一号, 二号, 小二, 三号, 四号, 小四 in points."""

A4 = (210, 297)
CELL_MARGINS = 216
"""What Word keeps free beside the text of a cell, left and right together, in twentieths of a point."""
CELL_PADDING = 30
"""What is kept free above and below the text of a cell, each in twentieths of a point."""


class Style(StrEnum):
    """How a line stands on paper; the value is its name in Word."""

    TITLE = "公文标题"
    BODY = "公文正文"
    CLOSING = "末段"
    HEADING = "一级标题"
    SUBHEADING = "二级标题"
    FLUSH = "顶格"
    CENTRE = "居中"
    SIGNED = "署名"
    DATED = "成文日期"
    NOTE = "说明"
    EMPTY = "空行"
    CUT = "裁切线"
    PAGE = "另起一页"
    GAP = "表后"
    CELL = "表内居中"
    CELL_LEFT = "表内居左"
    CELL_RIGHT = "表内居右"


IN_CELLS = (Style.CELL, Style.CELL_LEFT, Style.CELL_RIGHT)


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of page. Margins (top, bottom, left, right) in millimetres, sizes and pitches in points."""

    name: str
    words: str
    margins: tuple[int, int, int, int]
    title: float
    body: float
    pitch: float
    cell: float
    row: float
    title_face: str = TITLE_SONG
    cell_face: str = FANGSONG
    wide: bool = False
    numbered: bool = True

    @property
    def fits(self) -> bool:
        """Whether a paper should stay on one page; letters and minutes flow on."""
        return self.name not in ("letter", "minutes")

    def size(self, style: Style) -> float:
        """The size of the type of a style, in points."""
        if style in IN_CELLS:
            return self.cell
        sizes = {Style.TITLE: self.title, Style.NOTE: min(self.body, SIZE_SMALL_4), Style.CUT: 9, Style.PAGE: 1}
        return {**sizes, Style.GAP: 1}.get(style, self.body)

    def line(self, style: Style) -> float:
        """The pitch of the lines of a style, in points."""
        if style in (Style.TITLE, Style.NOTE, *IN_CELLS):
            return round(self.size(style) * 1.35, 1)
        return {Style.CUT: 12.0, Style.PAGE: 1.0, Style.GAP: 4.0}.get(style, self.pitch)

    @property
    def page(self) -> tuple[int, int]:
        """Width and height in millimetres."""
        return (A4[1], A4[0]) if self.wide else A4


_OFFICIAL = (37, 35, 28, 26)
"""Of GB/T 9704-2012: 22 lines of 28 characters of size 3."""
_TABLES = (24, 22, 22, 22)
_WIDE_TABLES = (22, 20, 20, 20)
_SLIPS = (16, 14, 22, 22)

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("letter", "公文", _OFFICIAL, SIZE_2, SIZE_3, 28.9, SIZE_4, 24),
        Layout("minutes", "会议记录", _OFFICIAL, SIZE_2, SIZE_4, 26, SIZE_4, 26),
        Layout("form", "表格", _TABLES, SIZE_2, SIZE_SMALL_4, 20, SIZE_SMALL_4, 30, numbered=False),
        Layout("register", "名册台账", _TABLES, SIZE_SMALL_2, SIZE_SMALL_4, 20, SIZE_SMALL_4, 24),
        Layout(
            "wide_register",
            "横排名册台账",
            (22, 20, 20, 20),
            SIZE_SMALL_2,
            SIZE_SMALL_4,
            20,
            SIZE_SMALL_4,
            24,
            wide=True,
        ),
        Layout("tally", "计票汇总", _TABLES, SIZE_SMALL_2, SIZE_4, 24, SIZE_4, 30),
        Layout("ballot", "选票测评票", _SLIPS, SIZE_3, SIZE_SMALL_4, 20, SIZE_SMALL_4, 24, HEI, numbered=False),
        Layout("introduction", "介绍信", _SLIPS, SIZE_3, SIZE_SMALL_4, 22, SIZE_SMALL_4, 24, HEI, numbered=False),
        Layout("cover", "卷宗目录", _OFFICIAL, SIZE_1, SIZE_3, 28.9, SIZE_4, 28),
    )
}
