"""Who may do what: roles are held through posts and membership, each within its subtree of organizations."""

from enum import StrEnum

from storage.models import PostKind


class Role(StrEnum):
    """What a dialogue or a reply asks of the person."""

    ANYONE = "anyone"  # not bound to a person yet
    BOUND = "bound"  # on the roster
    MEMBER = "member"  # has a membership of any of the five statuses
    SECRETARY = "secretary"
    OFFICIAL = "official"
    CURATOR = "curator"


POSTS: dict[Role, frozenset[PostKind]] = {
    Role.SECRETARY: frozenset({PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY}),
    Role.OFFICIAL: frozenset({PostKind.OFFICIAL}),
    # A secretary looks after what her branch knows.
    Role.CURATOR: frozenset({PostKind.CURATOR, PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY}),
}
"""The posts through which a role is held."""
