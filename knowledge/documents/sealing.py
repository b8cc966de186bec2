"""Documents as bytes that do not hang on when they are made."""

import io
import zipfile

from docx.document import Document

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def sealed(document: Document) -> bytes:
    """A document as bytes that do not hang on when they are made: Word's files carry the clock otherwise."""
    made, sealed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(sealed, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in parts.namelist():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(info, parts.read(name))
    return sealed.getvalue()
