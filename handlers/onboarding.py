"""First contact: a link or a code binds an account to a person on the roster; the secretary hands the codes out."""

from datetime import timedelta

from handlers.codes import qr_code
from handlers.dialogue import Dialogue, PersonIn, Refused, Role, dialogue
from handlers.dialogue.turn import Turn
from handlers.dialogue.turns import identify
from handlers.menu_rows import back_to_menu
from handlers.router import reply
from storage.invitations import add_invitation, clear_wrong_codes, redeem, wrong_code
from storage.people import audit, members_of, person

VALID_FOR = timedelta(days=14)
CODE = (
    r"(?:(?:绑定|邀请码|/start|/bind)[\s：:]*|(?=.*\d)(?=[A-Za-z2-9]{4}[\s-]?[A-Za-z2-9]{4}$))"
    r"([A-Za-z0-9][A-Za-z0-9\s-]{2,14})"
)
"""An invitation code, or what is meant for one, after one of a few words; a whole one also alone if a digit shows that
it is no word of a question."""


@reply("entry", role=Role.ANYONE)
async def arrive(turn: Turn, payload: str) -> None:
    """Somebody opened the bot: plainly, with an invitation, or by a check-in code on the wall."""
    if not payload:
        await turn.go("menu")
    elif payload.startswith("c_"):
        await turn.go("check_in_by_link", payload.removeprefix("c_"))
    else:
        await turn.go("bind", payload)


@reply("bind", role=Role.ANYONE, pattern=CODE)
async def bind(turn: Turn, code: str) -> None:
    """Bind this account to whom the code was made for; five wrong codes lock the account for a while."""
    say, account = turn.texts.say, turn.account
    if turn.person is not None:
        raise Refused("already", name=turn.person.name)
    if not code:
        raise Refused("how")
    if account.locked_until is not None and account.locked_until > turn.now:
        minutes = int((account.locked_until - turn.now).total_seconds() // 60) + 1
        raise Refused("locked", minutes=minutes)
    person_id = await redeem(turn.session, code, turn.now)
    if person_id is None:
        await wrong_code(turn.session, account.id, turn.now)
        await turn.say(say("onboarding.bind", "wrong"))
        return
    await clear_wrong_codes(turn.session, account.id)
    account.person_id = person_id
    await identify(turn, person_id)
    await audit(turn.session, turn.now, person_id, None, "bind", f"account:{account.id}")
    place, status = (turn.belongs.organization_name, turn.belongs.status) if turn.belongs else ("", None)
    assert turn.person is not None
    await turn.say(
        say("onboarding.bind", "bound", name=turn.person.name, place=place, status=status), rows=back_to_menu(turn)
    )


@dialogue("invite", role=Role.SECRETARY)
async def invite(d: Dialogue) -> None:
    """A secretary makes a one-time code for somebody on her roster and hands it over in person."""
    members = await members_of(d.session, d.place.organization_id)
    if not members:
        raise Refused("nobody")
    who = await d.ask("who", PersonIn(members))
    code = await add_invitation(d.session, who, now=d.turn.now, valid_for=VALID_FOR)
    await audit(d.session, d.turn.now, d.turn.person_id, d.place.organization_id, "invite", f"person:{who}")
    invited = await person(d.session, who)
    assert invited is not None
    link = d.turn.around.entry_link(d.turn.incoming.address.channel, code)
    await d.say("made", name=invited.name, code=code, days=VALID_FOR.days, documents=[qr_code(link, "邀请码")])
