"""Alembic's entry: it works on the connection that `Database.migrate` or `python -m storage.migrations` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.models import Base
from storage.models.base import Instant


def _render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    # A migration must still run when our own classes have changed, so it names SQLAlchemy's types only.
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=_render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
