"""党费 and 学时 said alone: the ledger of whoever says it, and for who has none what the handbook knows."""

from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.router import reply


@reply("dues_word", role=Role.ANYONE)
async def open_dues(turn: Turn, argument: str) -> None:
    """The secretary's ledger of dues, or a member's own; the procedure has words of its own."""
    await _open(turn, "dues", "my_dues", turn.texts.title("dues_word"))


@reply("hours_word", role=Role.ANYONE)
async def open_hours(turn: Turn, argument: str) -> None:
    """The secretary's ledger of hours, or a member's own; the procedure has words of its own."""
    await _open(turn, "learning", "my_hours", turn.texts.title("hours_word"))


async def _open(turn: Turn, ledger: str, own: str, word: str) -> None:
    if turn.may(Role.SECRETARY):
        await turn.go(ledger)
    elif turn.may(Role.MEMBER):
        await turn.go(own)
    else:
        await turn.go("handbook", word)
