"""Small files of every format, made by hand, so that what is in them is known to the byte."""

import io
import zipfile
from collections.abc import Sequence

import docx

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'


def pdf(
    pages: Sequence[Sequence[str]], title: str = "", *, bookmark: str = "", at: int = 0, encrypted: bool = False
) -> bytes:
    """A PDF with these lines on its pages; a line is shown as UTF-16, which its font says how to read.

    A bookmark leads to the page `at`, counted from 0.
    """
    leads = f"<< /Title {_words(bookmark)} /Dest [{6 + 2 * at} 0 R /Fit] >>"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {f'/Outlines << /First {leads} /Last {leads} >>' if bookmark else ''} >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{6 + 2 * at} 0 R' for at in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /ToUnicode 4 0 R "
        "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /DW 1000 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>",
        _stream(_to_unicode({character for lines in pages for line in lines for character in line})),
        f"<< /Title {_words(title)} >>",
    ]
    for number, lines in enumerate(pages):
        shown = " 0 -20 Td ".join(f"<{line.encode('utf-16-be').hex()}> Tj" for line in lines)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 900] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(_stream(f"BT /F1 12 Tf 50 850 Td {shown} ET" if lines else ""))
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    locked = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'11' * 32}> /U <{'22' * 32}> /P -4 >> /ID [<00> <00>]"
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R {locked if encrypted else ''} >>"
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode("ascii")


def _words(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def _to_unicode(characters: set[str]) -> str:
    pairs = "\n".join(f"<{ord(one):04x}> <{ord(one):04x}>" for one in sorted(characters))
    return f"1 begincodespacerange <0000> <ffff> endcodespacerange {len(characters)} beginbfchar\n{pairs}\nendbfchar"


def word(*parts: str | Sequence[Sequence[str]], title: str = "") -> bytes:
    """A .docx: "1 文字" is a heading of that level, "# 文字" the title, other words a paragraph, rows a table."""
    document = docx.Document()
    document.core_properties.title = title
    for part in parts:
        if not isinstance(part, str):
            table = document.add_table(len(part), len(part[0]))
            for row, cells in enumerate(part):
                for column, cell in enumerate(cells):
                    table.cell(row, column).text = cell
        elif part[:2] in ("1 ", "2 ", "3 "):
            document.add_heading(part[2:], int(part[0]))
        elif part.startswith("# "):
            document.add_heading(part[2:], 0)
        else:
            document.add_paragraph(part)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def epub(*documents: str, title: str = "", package: str = "") -> bytes:
    """An .epub whose spine has these bodies, in their order; the files lie there in another."""
    items = "".join(f'<item id="d{at}" href="text/{at}.xhtml"/>' for at in reversed(range(len(documents))))
    spine = "".join(f'<itemref idref="d{at}"/>' for at in range(len(documents)))
    said = package or (
        f"<package><metadata><dc:title>{title}</dc:title></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    members = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": said}
    for at, body in enumerate(documents):
        members[f"OEBPS/text/{at}.xhtml"] = f"<html><head><title>无关</title></head><body>{body}</body></html>"
    return zipped({name: text.encode() for name, text in members.items()})


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
