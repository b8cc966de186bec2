"""Which branch's ledger is meant, and who is in it: what dues and hours share."""

from handlers.dialogue import Dialogue, Refused, Role
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.messages import Button
from knowledge.choices import by_pinyin
from storage.dues import PAYING
from storage.people import Member, members_of

PAGE = 8


def place_named(turn: Turn, argument: str) -> Place:
    """The branch that a button names by id; raises `Refused` unless this person is its secretary."""
    id = record_id(argument)
    found = next((one for one in turn.places(Role.SECRETARY) if one.organization_id == id), None)
    if found is None:
        raise Refused("not_yours")
    return found


async def place_meant(turn: Turn, name: str, argument: str) -> Place | None:
    """The branch that a reply is about; None when the secretary of several has been asked which one."""
    if argument:
        return place_named(turn, argument)
    places = turn.places(Role.SECRETARY)
    if len(places) == 1:
        return places[0]
    rows = tuple((Button(one.name, f"{name}.{one.organization_id}"),) for one in places)
    await turn.say(turn.texts.say("shared", "which_branch"), rows=rows)
    return None


def place_of(d: Dialogue) -> Place:
    """The branch that a dialogue is for: the one that its button named, or the one that was chosen."""
    argument = str(d.given.get("argument", ""))
    return place_named(d.turn, argument) if argument else d.place


async def members(turn: Turn, place: Place) -> list[Member]:
    """The full and probationary members of a branch in the order in which people look for names; raises `Refused` when
    there are none."""
    found = sorted(await members_of(turn.session, place.organization_id, PAYING), key=lambda one: by_pinyin(one.name))
    if not found:
        raise Refused("no_members")
    return found


async def member_named(turn: Turn, argument: str) -> tuple[Member, Place]:
    """The member that a button names by id, and the branch of this secretary that they are in; raises `Refused` when it
    is none of theirs, whether or not they have members."""
    id = record_id(argument)
    for place in turn.places(Role.SECRETARY):
        for one in await members_of(turn.session, place.organization_id, PAYING):
            if one.person_id == id:
                return one, place
    raise Refused("not_yours")


def year_in(turn: Turn, words: str) -> int:
    """The year that a button names, else this one; raises `Refused` for one that cannot be."""
    if not words:
        return turn.today.year
    if not (words.isascii() and words.isdecimal() and 2000 <= int(words) <= 2100):
        raise Refused("gone")
    return int(words)
