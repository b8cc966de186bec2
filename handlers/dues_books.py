"""How somebody stands with their dues: what they pay, since when, what is paid, what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from handlers.dialogue.turn import Turn
from handlers.dues_lines import Books, month_words
from knowledge.rules.dues import is_half_a_year_owed, unpaid_months
from storage.database import Session
from storage.dues import Assessed, assessments_of, members_since, payments_by
from storage.people import Member


@dataclass(frozen=True, slots=True)
class Standing:
    """One person on a day; `owed` are the months that are over and not paid, the earliest first."""

    person_id: int
    name: str
    assessed: Assessed | None
    since: date
    paid: tuple[date, ...]
    owed: tuple[date, ...]

    @property
    def owes(self) -> Decimal:
        """What is owed in yuan, by what is in force now."""
        return self.assessed.monthly * len(self.owed) if self.assessed else Decimal(0)

    @property
    def is_serious(self) -> bool:
        """Whether it has to be looked into; nothing follows from it by itself."""
        return is_half_a_year_owed(len(self.owed))

    def pays_in(self, month: date) -> bool:
        """Whether something is due for a month."""
        fixed = self.assessed
        return fixed is not None and fixed.monthly > 0 and max(fixed.first_month, self.since.replace(day=1)) <= month


async def books_of(
    session: Session, organization_id: int, people: Sequence[Member], today: date, *, year: int | None = None
) -> dict[int, Books]:
    """What the ledger knows of each, by person; in three statements, whatever their number."""
    fixed = await assessments_of(session, organization_id, year or today.year)
    since = await members_since(session, organization_id)
    paid: dict[int, set[date]] = {}
    for one in await payments_by(session, [each.person_id for each in people]):
        paid.setdefault(one.person_id, set()).add(one.month)
    return {
        one.person_id: Books(
            fixed.get(one.person_id), since.get(one.person_id, today), frozenset(paid.get(one.person_id, ()))
        )
        for one in people
    }


async def standings(
    session: Session, organization_id: int, people: Sequence[Member], today: date, *, year: int | None = None
) -> list[Standing]:
    """How each stands on a day, in the order of the people."""
    books = await books_of(session, organization_id, people, today, year=year)
    return [_standing(one, books[one.person_id], today) for one in people]


async def standing_of(session: Session, organization_id: int, one: Member, today: date) -> Standing:
    """How one stands."""
    return (await standings(session, organization_id, [one], today))[0]


def _standing(one: Member, books: Books, today: date) -> Standing:
    fixed = books.assessed
    owed: list[date] = []
    if fixed is not None and fixed.monthly > 0:
        owed = unpaid_months(max(fixed.first_month, books.first), books.paid, today)
    return Standing(one.person_id, one.name, fixed, books.since, tuple(sorted(books.paid)), tuple(owed))


def owing_words(turn: Turn, one: Standing) -> str:
    """One line of the list: the colour, the name, how many months, which, and how much."""
    return turn.texts.say(
        "dues.dues_owed",
        "line",
        serious=one.is_serious,
        name=one.name,
        count=len(one.owed),
        months=month_words(one.owed),
        total=f"{one.owes:.2f}",
    )
