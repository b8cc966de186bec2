"""A printed contents page: which heading stands on which page."""

import re
from collections.abc import Mapping

from rapidfuzz import fuzz, process

ALIKE = 92.0
"""How alike, out of 100, a heading and its line in the contents are: a scan misreads a character here and there."""

_LINE = re.compile(r"^[\s|\-*>]*(?P<title>.*?\S)[\s|*]*(?:[.．·…]{3,}|\|)[\s|.．·…*]*(?P<page>\d{1,4})[\s|*]*$")
_RULE = re.compile(r"^[\s|:\-]+$")
_HEADING = re.compile(r"^[#\s*]*(目\s*[录次]|contents)[\s*]*$", re.IGNORECASE)


def key_of(title: str) -> str:
    """A heading without what print and scan vary: blanks, marks, punctuation, 【】."""
    return re.sub(r"[\W_]+", "", title).lower()


def entry_of(line: str) -> tuple[str, int] | None:
    """Title and page of a line of a contents page; None when it is none."""
    found = _LINE.match(re.sub(r"<[^>]{1,40}>", "", line))
    if found is None:
        return None
    title = re.sub(r"[*|#]+", "", found["title"]).strip(" .．·…-")
    return (title, int(found["page"])) if key_of(title) else None


def is_rule(line: str) -> bool:
    """Whether a line only draws a table."""
    return bool(_RULE.match(line)) and bool(line.strip())


def is_contents_heading(line: str) -> bool:
    """Whether a line says 目录."""
    return bool(_HEADING.match(line))


def page_of(title: str, contents: Mapping[str, int]) -> int:
    """The page that the contents give for a heading; 0 when they have none like it."""
    key = key_of(title)
    if key in contents or not contents:
        return contents.get(key, 0)
    best = process.extractOne(key, list(contents), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return contents[best[0]] if best else 0
