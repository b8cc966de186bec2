"""The sheet in which a secretary fills in what everybody's dues are reckoned from: made, and read back."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.dialogue.errors import Invalid
from handlers.dues_lines import kept_of, named_in, plain, reckon
from handlers.messages import Document
from handlers.sheets import workbook
from handlers.wording import Texts
from storage.dues import Assessed
from storage.people import Member

FILE = "dues_sheet"
MOST_ROWS = 2000


def heads_of(texts: Texts) -> list[str]:
    """The heads of the columns, in order: name, digits, kind, income, another sum, why."""
    return texts.say(FILE, "heads").split("、")


def sheet(texts: Texts, place: str, people: Sequence[Member], earlier: Mapping[int, Assessed]) -> Document:
    """A row for each member, with the kind of payer as it was."""
    rows = []
    for one in people:
        known = earlier.get(one.person_id)
        rows.append([one.name, one.phone_last4, texts.word(known.payer) if known else "", "", "", ""])
    lines = [texts.say(FILE, "how")]
    return workbook(texts.say(FILE, "title", place=place), texts.say(FILE, "head"), lines, heads_of(texts), rows)


def read_sheet(
    texts: Texts, content: bytes, people: Sequence[Member], earlier: Mapping[int, Assessed], year: int
) -> tuple[list[list[Any]], list[str]]:
    """What the sheet comes to, as `AssessmentLines` keeps it, and every fault by its row; a row that says nothing about
    dues is passed over."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), data_only=True, read_only=True)
        table = [[plain(_text(cell)) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError, AttributeError):
        return [], [texts.say(FILE, "not_opened")]
    heads = [plain(head) for head in heads_of(texts)]
    at = next((n for n, row in enumerate(table) if set(heads[:4]) <= set(row)), None)
    if at is None:
        return [], [texts.say(FILE, "no_heads", heads=heads_of(texts))]
    places = [table[at].index(head) if head in table[at] else -1 for head in heads]
    found: dict[int, Any] = {}
    faults: list[str] = []
    for number, row in enumerate(table[at + 1 : at + 1 + MOST_ROWS], at + 2):
        name, digits, kind, base, paid, reason = (row[place] if 0 <= place < len(row) else "" for place in places)
        if not name or not (base or paid or kind):
            continue
        try:
            who, rest = named_in(f"{name}({digits.zfill(4)})" if digits else name, people)
            if rest or who.person_id in found:
                key = "nobody_of_the_name" if rest else "twice"
                faults.append(_fault(texts, number, texts.say("dues_lines", key, name=name[:20])))
                continue
            words = " ".join(part for part in (kind, base, f"交{paid}" if paid else "", reason) if part)
            found[who.person_id] = kept_of(reckon(who.person_id, words, earlier.get(who.person_id), year))
        except Invalid as invalid:
            faults.append(_fault(texts, number, texts.say("dues_lines", invalid.key, **invalid.values)))
    if not found and not faults:
        faults.append(texts.say(FILE, "nothing"))
    return [[id, one] for id, one in found.items()], faults


def _fault(texts: Texts, row: int, words: str) -> str:
    return texts.say(FILE, "fault", row=row, words=words)


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}".rstrip("0").rstrip(".")
    return "" if cell is None else str(cell)
