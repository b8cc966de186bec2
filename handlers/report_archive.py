"""A person's reports as one file: each in Word with what was written about it, the files beside it, a list in front."""

import asyncio
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Document
from handlers.report_words import plain, state_words
from handlers.router import reply
from knowledge.choices import by_pinyin
from knowledge.documents.papers import Papers
from knowledge.rules.customs import period_words
from storage.files import file
from storage.people import audit
from storage.reports import NoteView, ReportView, authors_to, notes_on, reports_by

PAGE = 8
LARGEST = 20_000_000
"""So many bytes of files go into one archive, which then fits the channels; beyond it they are left out, and named."""
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as it goes into an archive: what its paper is filled in from, and its files."""

    number: str
    kind: str
    context: Mapping[str, Any]
    files: Sequence[tuple[str, bytes]]


@reply("report_archive", role=Role.SECRETARY)
async def offer_archives(turn: Turn, argument: str) -> None:
    """Whose reports are to be packed: everybody who handed in; the argument is empty, "page.number" or "branch.person".

    Nobody's are packed but what was handed in to a branch of this secretary's.
    """
    what, _, rest = argument.partition(".")
    places = turn.places(Role.SECRETARY)
    if argument and what != "page":
        place = next((one for one in places if one.organization_id == record_id(what)), None)
        if place is None:
            raise Refused("not_yours")
        await _pack(turn, record_id(rest), place)
        return
    buttons = []
    for place in places:
        authors = await authors_to(turn.session, place.organization_id)
        for one in sorted(authors, key=lambda author: by_pinyin(author.name)):
            alone = sum(other.name == one.name for other in authors) == 1
            name = one.name if alone else f"{one.name}（{one.phone_last4}）"
            label = turn.texts.say("report_archive", "author", name=name, count=one.count)
            buttons.append(Button(label, f"report_archive.{place.organization_id}.{one.person_id}"))
    if not buttons:
        raise Refused("nobody_yet")
    shown, steps, _ = page_of(turn, buttons, "report_archive.page", rest, PAGE)
    rows = [*((button,) for button in shown), *([steps] if steps else []), *back_to_menu(turn)]
    await turn.say(turn.texts.say("report_archive.report_archive", "whose"), rows=tuple(rows), replaces=bool(argument))


@reply("my_report_archive", role=Role.BOUND)
async def pack_mine(turn: Turn, argument: str) -> None:
    """Everything that the person ever handed in, to whichever branch."""
    await _pack(turn, turn.person_id, None)


async def _pack(turn: Turn, person_id: int, place: Place | None) -> None:
    zone = place.zone if place else turn.zone
    found = await reports_by(turn.session, person_id, None, organization_id=place.organization_id if place else None)
    if not found:
        raise Refused("none_handed_in")
    found.reverse()
    notes = await notes_on(turn.session, [one.id for one in found])
    about = {one.id: [note for note in notes if note.report_id == one.id] for one in found}
    size = sum(one.size for report in found for one in _files(report, about[report.id]))
    whole = size <= LARGEST
    kept = [await _kept(turn, one, about[one.id], zone, whole=whole) for one in found]
    name = found[0].author_name
    front = {
        "subject": {"name": name},
        "branch": {"name": place.name if place else found[-1].organization_name},
        "today": turn.now.astimezone(zone).date(),
        "step": {"reports": [one.context["step"] for one in kept]},
    }
    blob = await asyncio.to_thread(_packed, turn.around.papers, front, kept)
    if place is not None:
        await audit(
            turn.session, turn.now, turn.person_id, place.organization_id, "archive_reports", f"person:{person_id}"
        )
    plain_name = _NOT_IN_NAMES.sub("", name)
    await turn.say(
        turn.texts.say("report_archive", "packed", name=name, count=len(kept), whole=whole),
        documents=[Document(f"{plain_name}_材料.zip", "application/zip", blob)],
        rows=back_to_menu(turn),
    )


def _files(report: ReportView, notes: Sequence[NoteView]) -> list[Any]:
    return [*report.files, *(note.file for note in notes if note.file)]


async def _kept(turn: Turn, one: ReportView, notes: Sequence[NoteView], zone: ZoneInfo, *, whole: bool) -> Kept:
    files = _files(one, notes)
    read = [await file(turn.session, each.id) for each in files] if whole else []
    kind = turn.texts.word(one.kind)
    step = {
        "title": kind,
        "about": one.title,
        "number": one.number,
        "period": period_words(one.period),
        "hours": plain(one.hours) + ("" if one.accepted_at else "（自报）") if one.hours else "",
        "lines": [line for line in one.text.splitlines() if line.strip()],
        "notes": [
            {"name": note.author_name, "said_on": note.at.astimezone(zone).date(), "text": note.text}
            for note in notes
            if note.text
        ],
        "files": [each.name for each in files],
        "handed_in_on": one.handed_in_at.astimezone(zone).date(),
        "state": state_words(turn, one),
    }
    context = {
        "subject": {"name": one.author_name},
        "branch": {"name": one.organization_name},
        "today": turn.now.astimezone(zone).date(),
        "step": step,
    }
    return Kept(one.number, kind, context, [(name, blob) for name, _, blob in filter(None, read)])


def _packed(papers: Papers, front: Mapping[str, Any], kept: Sequence[Kept]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("00_材料目录.docx", papers.render("report_list", front))
        for number, one in enumerate(kept, 1):
            start = f"{number:02d}_{one.number}_{one.kind}"
            archive.writestr(f"{start}.docx", papers.render("handed_in_report", one.context))
            for at, (name, blob) in enumerate(one.files, 1):
                archive.writestr(f"{start}_附件{at}_{_NOT_IN_NAMES.sub('', name)[-60:]}", blob)
    return content.getvalue()
