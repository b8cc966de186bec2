"""One-time codes that bind an account to a person: hashed at rest, short-lived, and few wrong ones are allowed."""

import hashlib
import secrets
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import update

from storage.database import Session
from storage.models import Account, Invitation

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Capitals and digits without those that look alike."""

LENGTH = 8
LOCKED_FOR = timedelta(minutes=15)
PAUSE = timedelta(seconds=30)


def new_code() -> str:
    """Eight characters that cannot be guessed; one at least is a digit, so that no word looks like a code."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if any(character.isdigit() for character in code):
            return code


def _hashed(code: str) -> str:
    plain = "".join(character for character in unicodedata.normalize("NFKC", code).upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


async def add_invitation(
    session: Session, person_id: int, *, now: datetime, valid_for: timedelta = timedelta(days=14)
) -> str:
    """A new code for somebody, told only now; earlier ones of theirs are worth nothing from now on."""
    earlier = update(Invitation).where(
        Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.expires_at > now
    )
    await session.execute(earlier.values(expires_at=now))
    code = new_code()
    session.add(Invitation(person_id=person_id, code_hash=_hashed(code), created_at=now, expires_at=now + valid_for))
    await session.flush()
    return code


async def redeem(session: Session, code: str, now: datetime) -> int | None:
    """Use up a code, typed in any case and spacing: whom it was made for, or None when it is not valid (any more).

    Of two who try it at once, one gets the person.
    """
    statement = (
        update(Invitation)
        .where(Invitation.code_hash == _hashed(code), Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(used_at=now)
        .returning(Invitation.person_id)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def wrong_code(
    session: Session, account_id: int, now: datetime, *, at_most: int = 5, pause_after: int | None = None
) -> bool:
    """Count a wrong code; True when it was one too many, and then the account is locked for a quarter of an hour.

    Before that, every `pause_after` wrong ones lock it for half a minute, which is what codes that turn last.
    """
    account = await session.get_one(Account, account_id, with_for_update=True)
    account.wrong_codes += 1
    if account.wrong_codes < at_most:
        if pause_after is not None and account.wrong_codes % pause_after == 0:
            account.locked_until = now + PAUSE
        return False
    account.wrong_codes = 0
    account.locked_until = now + LOCKED_FOR
    return True


async def clear_wrong_codes(session: Session, account_id: int) -> None:
    """Forget wrong codes after a right one."""
    account = await session.get_one(Account, account_id)
    account.wrong_codes = 0
    account.locked_until = None
