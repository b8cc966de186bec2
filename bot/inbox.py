"""The inbox of a polling channel, in our database."""

from collections.abc import Sequence

from bot.channels.inbox import Update
from handlers.dialogue.turns import Clock
from storage.database import Database
from storage.updates import store_updates, unfinished_updates


class DatabaseInbox:
    """Updates are stored before they are confirmed to the platform; the turn's own transaction marks them done."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    async def store(self, channel: str, tenant: str, updates: Sequence[Update]) -> None:
        """Keep the whole batch in one commit."""
        async with self.database.transaction() as session:
            await store_updates(session, channel, tenant, updates, self.clock())

    async def unfinished(self, channel: str, tenant: str) -> list[Update]:
        """What a crash left behind, oldest first."""
        async with self.database.reading() as session:
            return list(await unfinished_updates(session, channel, tenant))
