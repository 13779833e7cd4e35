"""Run the migrations on the store's connection, and so in its transaction."""

from typing import Any, Literal

from alembic import context

from monitor.store.columns import Facts, Line, Lines, Reasons, Utc
from monitor.store.models import Base


def plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Render our column types as the types they are stored as: migrations must not change when ours do."""
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
