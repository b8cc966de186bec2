"""A picture drawn in a process of its own is the one that would be drawn here."""

import subprocess

import pytest

from handlers.drawing import drawn
from knowledge.procedure.raster import png

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40" font-family="Noto Sans SC">'
    '<text y="30" font-size="30">支部</text></svg>'
)
EMPTY = SVG.replace("支部", "")


async def test_it_is_the_same_picture() -> None:
    made = await drawn(SVG)
    assert made == png(SVG)
    assert made != png(EMPTY)  # the font is found there too


async def test_what_is_no_picture_is_an_error_and_no_empty_file() -> None:
    with pytest.raises(subprocess.SubprocessError):
        await drawn("不是图")
