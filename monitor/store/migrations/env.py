"""Runs the migrations on the connection, and so in the transaction, that the store hands over."""

from typing import Any, Literal

from alembic import context

from monitor.store.columns import Facts, Line, Lines, Reasons, Utc
from monitor.store.models import Base


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations must not change when our own column types do: they are written as what they are stored as."""
    if kind != "type":
        return False
    match item:
        case Utc():
            return "sa.DateTime()"
        case Line():
            return f"sa.String(length={item.most})"
        case Lines():
            return "sa.Text()"
        case Reasons():
            return "sa.Text()"
        case Facts():
            return "sa.JSON()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plain,
    transaction_per_migration=False,
)
context.run_migrations()
