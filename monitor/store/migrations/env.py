"""Runs the migrations on the connection, and so in the transaction, that the store hands over."""

from typing import Any, Literal

from alembic import context

from monitor.store.models import Base, Utc


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations must not change when our own column types do: they are written as what they are stored as."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Utc) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plain,
    transaction_per_migration=False,
)
context.run_migrations()
