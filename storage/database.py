"""The engine, the session and the transaction; whatever differs between SQLite and PostgreSQL lives here."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy import Table, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as DBAPITimeout
from sqlalchemy.ext.asyncio import AsyncSession as Session
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.orm import Session as SyncSession

from storage.models import Base
from storage.sqlite import connect as connect_sqlite

__all__ = [
    "TREE_LOCK",
    "Database",
    "Session",
    "Unavailable",
    "UnknownSchema",
    "has_written",
    "hold",
    "hold_tables",
    "ids_for",
    "prepared",
    "table_of",
    "upsert",
    "watch",
]

Built = TypeVar("Built")

Unavailable = (OperationalError, InterfaceError, DBAPITimeout, OSError)
"""What is raised when the database cannot be reached or is too busy: nothing was written, try again."""

PASSING = {"08", "28", "3D", "40", "53", "57"}
"""Classes of PostgreSQL's error codes that say so: connection, login, database, deadlock, resources, shutting down."""


class UnknownSchema(Exception):
    """The database was made by a newer program than this."""


MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK, TREE_LOCK = 7_304_881, 7_304_882
UNREADABLE = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
IDLE = 5.0
"""Seconds after which a connection to a server is tried before it is used again."""


class Database:
    """One database; `transaction` is the only way to write to it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = create_async_engine(
                self.url, connect_args={"async_creator_fn": connect_sqlite}, hide_parameters=True
            )
            _tune_sqlite(self.engine.sync_engine)
        else:
            self.engine = create_async_engine(self.url, pool_size=10, max_overflow=10, hide_parameters=True)
            _try_the_idle(self.engine.sync_engine)
        _name_what_is_unavailable(self.engine.sync_engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, sync_session_class=_WatchedSession)
        self._readers = async_sessionmaker(
            self.engine.execution_options(sqlite_begin="DEFERRED"), expire_on_commit=False
        )
        # SQLite has one writer; queueing for it here is fair and costs nothing, where its own busy wait polls.
        self._one_writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()
        self.times_away = 0
        """How often something ended with one of `Unavailable`."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A session whose work is committed at the end, all of it or, after any exception, none."""
        with self._noting_when_away():
            async with self._one_writer, self._sessions.begin() as session:
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A session for looking only; it never waits for a writer on SQLite."""
        with self._noting_when_away():
            async with self._readers() as session:
                yield session

    @contextmanager
    def _noting_when_away(self) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self.times_away += 1
            raise

    async def migrate(self) -> None:
        """Bring the schema to the newest revision; nothing happens when it is there already."""
        async with self._one_writer, self.engine.connect() as connection:
            await connection.run_sync(_upgrade)

    async def revision(self) -> str | None:
        """The schema's revision; None where there are no tables of ours yet."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(_revision)

    @staticmethod
    def newest_revision() -> str | None:
        """The revision that this program's migrations lead to."""
        from alembic.script import ScriptDirectory

        return ScriptDirectory(str(MIGRATIONS)).get_current_head()

    @staticmethod
    def knows(revision: str) -> bool:
        """Whether there is a migration of that name; else the database was made by a newer program."""
        from alembic.script import ScriptDirectory

        return any(one.revision == revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions())

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def prepared(build: Callable[[Session], Built]) -> Callable[[Session], Built]:
    """A statement of every turn, built once for each kind of database: building one costs more than executing it."""
    built: dict[str, Built] = {}

    def statement(session: Session) -> Built:
        kind = session.get_bind().dialect.name
        if kind not in built:
            built[kind] = build(session)
        return built[kind]

    return statement


def table_of(model: type[Base]) -> Table:
    """The bare table of a model, for statements of every turn: the ORM is more than half of what a small one costs."""
    return cast(Table, model.__table__)


def upsert(session: Session, table: type[Base] | Table) -> sqlite.Insert:
    """An INSERT of this database's dialect that can say ON CONFLICT; both spell it alike."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return cast(sqlite.Insert, postgresql.insert(table))


async def hold(session: Session, lock: int) -> None:
    """Until this transaction is over, have others who want the same lock wait; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(select(func.pg_advisory_xact_lock(lock)))


async def hold_tables(session: Session, *models: type[Base]) -> None:
    """Until this transaction is over, have others who write to these tables wait; who reads them goes on."""
    if session.get_bind().dialect.name != "sqlite":
        names = ", ".join(model.__tablename__ for model in models)
        await session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


async def ids_for(session: Session, model: type[Base], count: int) -> list[int]:
    """Ids for so many rows that are about to be written: thousands of rows can then be sent without asking for theirs.

    SQLite has one writer, who sees the newest id; PostgreSQL hands them out of the sequence that the column has.
    """
    table = table_of(model)
    if session.get_bind().dialect.name == "sqlite":
        newest = await session.scalar(select(func.coalesce(func.max(table.c.id), 0)))
        return list(range((newest or 0) + 1, (newest or 0) + 1 + count))
    drawn = select(func.nextval(func.pg_get_serial_sequence(table.name, "id"))).select_from(
        func.generate_series(1, count)
    )
    return list(await session.scalars(drawn))


class _WatchedSession(SyncSession):
    """Knows whether anything was written, so that a dialogue that writes too early is caught."""


def watch(session: Session) -> None:
    """From here on `has_written` tells of new writes only."""
    session.sync_session.info["written"] = False


def has_written(session: Session) -> bool:
    """Whether this session has changed, or is about to change, any row since `watch`."""
    sync = session.sync_session
    return bool(
        sync.info.get("written") or sync.new or sync.deleted or any(sync.is_modified(row) for row in sync.dirty)
    )


@event.listens_for(_WatchedSession, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info["written"] = True


@event.listens_for(_WatchedSession, "after_flush")
def _note_flush(session: SyncSession, _context: object) -> None:
    session.info["written"] = True


def _try_the_idle(engine: Any) -> None:
    """Have a connection that was idle for a while tried before it is used: a server that restarted has forgotten it.

    SQLAlchemy's own `pool_pre_ping` tries at every use, which is a round trip more for every turn.
    """

    @event.listens_for(engine, "checkin")
    def _note(_connection: object, record: Any) -> None:
        record.info["used"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _try(connection: Any, record: Any, _proxy: object) -> None:
        if monotonic() - record.info.get("used", monotonic()) > IDLE:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool makes a new one


def _name_what_is_unavailable(engine: Any) -> None:
    """Have these errors be an `OperationalError` on both databases; asyncpg's stay unnamed, and so do SQLite's for a
    file of another kind and for one that is damaged."""

    @event.listens_for(engine, "handle_error")
    def _translate(context: Any) -> Exception | None:
        error = context.original_exception
        # A server that ends us just as something is sent leaves asyncpg's connection between two of its states.
        if broken := type(error).__name__ == "InternalClientError":
            context.is_disconnect = True
        passing = broken or (getattr(error, "sqlstate", None) or "")[:2] in PASSING
        if not passing and getattr(error, "sqlite_errorcode", None) not in UNREADABLE:
            return None
        return OperationalError(
            context.statement, None, error, hide_parameters=True, connection_invalidated=context.is_disconnect
        )


def _tune_sqlite(engine: Any) -> None:
    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    sqlite_only = connection.dialect.name == "sqlite"
    if sqlite_only:
        # Changing a column means making its table anew there; with foreign keys on, dropping the old one would take
        # the rows that refer to it along. This can be said between transactions only.
        _say(connection, "PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            if not sqlite_only:
                # Several processes of one installation start at the same time.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise UnknownSchema(str(error)) from error
            if sqlite_only and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"a migration left a row that refers to nothing: {tuple(broken)}")
    finally:
        if sqlite_only:
            _say(connection, "PRAGMA foreign_keys=ON")


def _say(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _revision(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()
