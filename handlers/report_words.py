"""What conversations about reports share: who may read one, how it stands, and what is sent of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from handlers.case_questions import Amount
from handlers.dialogue.errors import Invalid, Refused
from handlers.dialogue.questions import Asking, Reply
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.messages import Document
from knowledge.rules.learning import is_in_half_hours
from storage.files import file
from storage.models import ReportState
from storage.reports import NoteView, ReportView, report

MOST_HOURS = 80
"""Ten days of learning: who writes more for one activity has slipped."""


class Hours(Amount):
    """Hours of learning, whole or half ones."""

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Decimal:
        """The figure, if one activity can have so many hours."""
        return self._checked(super().read(reply, asking, partial))

    def load(self, data: Any, asking: Asking) -> Decimal:
        """The figure, if it still fits."""
        return self._checked(super().load(data, asking))

    def _checked(self, hours: Decimal) -> Decimal:
        if not is_in_half_hours(hours) or hours > MOST_HOURS:
            raise Invalid("no_hours", most=MOST_HOURS)
        return hours

    def show(self, value: Decimal, asking: Asking) -> str:
        """Without zeros that say nothing."""
        return f"{plain(value)} 学时"


def plain(hours: Decimal) -> str:
    """A figure without zeros behind it: 3, 1.5."""
    return f"{hours:f}".rstrip("0").rstrip(".") if "." in f"{hours:f}" else f"{hours:f}"


def is_addressee(turn: Turn, found: ReportView) -> bool:
    """Whether somebody is a secretary of the very organization that a report was handed in to, and did not write it."""
    serves = any(place.organization_id == found.organization_id for place in turn.places(Role.SECRETARY))
    return serves and found.author_id != turn.person_id


async def addressed_report(turn: Turn, argument: str) -> ReportView:
    """The report that a button names, if the person is its addressee.

    Raises `Refused`.
    """
    found = await _named(turn, argument)
    if not is_addressee(turn, found):
        raise Refused("not_yours")
    return found


async def own_report(turn: Turn, argument: str) -> ReportView:
    """The report that a button names, if the person wrote it.

    Raises `Refused`.
    """
    found = await _named(turn, argument)
    if found.author_id != turn.person_id:
        raise Refused("not_yours")
    return found


async def _named(turn: Turn, argument: str) -> ReportView:
    found = await report(turn.session, record_id(argument))
    if found is None:
        raise Refused("gone")
    return found


def state_words(turn: Turn, one: ReportView) -> str:
    """How a report stands, in one word: 未阅, 等补充, 已阅, 已阅存."""
    if one.state is not ReportState.HANDED_IN:
        return turn.texts.say("reports", one.state.value)
    return turn.texts.say("reports", "read" if one.read_at else "unread")


async def documents_of(
    turn: Turn, found: ReportView, notes: list[NoteView], *, since: datetime | None = None
) -> list[Document]:
    """The files that came with a report and with what was added to it; with `since` only those that came after."""
    ids = [one.id for one in found.files] if since is None else []
    ids += [note.file.id for note in notes if note.file and (since is None or note.at > since)]
    kept = [await file(turn.session, id) for id in ids]
    return [Document(*one) for one in kept if one is not None]
