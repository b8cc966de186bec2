"""Who is speaking: the person behind an account with membership and posts, as every turn needs it, in one statement."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, or_, select

from storage.database import Session, table_of
from storage.models import Membership, Organization, Person, Post
from storage.people import Belongs, PersonView, PostHeld

person, membership, post = table_of(Person), table_of(Membership), table_of(Post)
home, office = table_of(Organization).alias("home"), table_of(Organization).alias("office")

_WHO = (person.c.id, person.c.name, person.c.phone_last4)
_BELONGS = (
    home.c.id,
    home.c.name,
    home.c.path,
    home.c.timezone,
    membership.c.status,
    membership.c.may_vote,
    membership.c.group_id,
    membership.c.since,
)
_HOLDS = (
    post.c.id,
    post.c.kind,
    office.c.id,
    office.c.name,
    office.c.kind,
    office.c.path,
    office.c.timezone,
)
_FIRST_POST = len(_WHO) + len(_BELONGS)

_SPEAKER = (
    select(*_WHO, *_BELONGS, *_HOLDS)
    .select_from(
        person.outerjoin(membership, and_(membership.c.person_id == person.c.id, membership.c.until.is_(None)))
        .outerjoin(home, home.c.id == membership.c.organization_id)
        .outerjoin(
            post,
            and_(
                post.c.person_id == person.c.id,
                post.c.since <= bindparam("today"),
                or_(post.c.until.is_(None), post.c.until > bindparam("today")),
            ),
        )
        .outerjoin(office, office.c.id == post.c.organization_id)
    )
    .where(person.c.id == bindparam("person"))
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person, the branch they belong to, if any, and the posts they hold, the highest organization first."""

    person: PersonView
    belongs: Belongs | None
    posts: list[PostHeld]


async def speaker(session: Session, person_id: int, today: date) -> Speaker | None:
    """Whose account this is, as they are today."""
    rows = [tuple(row) for row in await session.execute(_SPEAKER, {"person": person_id, "today": today})]
    if not rows:
        return None
    who, belongs = rows[0][: len(_WHO)], rows[0][len(_WHO) : _FIRST_POST]
    posts = [PostHeld(*row[_FIRST_POST:]) for row in rows if row[_FIRST_POST] is not None]
    return Speaker(
        PersonView(*who),
        Belongs(*belongs) if belongs[0] is not None else None,
        sorted(posts, key=lambda held: (held.path.count("/"), held.id)),
    )
