"""SVG drawn as PNG, with the font that comes as a package: a new machine has none with Chinese.

Run as a program it reads SVG and writes PNG: the library keeps the interpreter to itself for as long as it draws, which
is some tenths of a second for a long picture.
"""

import sys

import pylopdf_fonts_zh_cn
import resvg_py


def png(svg: str) -> bytes:
    """The picture as PNG; ValueError when it is no SVG."""
    fonts = [str(pylopdf_fonts_zh_cn.sans_path())]
    return resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True)


if __name__ == "__main__":
    sys.stdout.buffer.write(png(sys.stdin.buffer.read().decode("utf-8")))
