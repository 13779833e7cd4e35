"""Run the migrations on the store's connection, and so in its transaction."""

from typing import Any, Literal

from alembic import context

from monitor.store.columns import Facts, Line, Lines, Reasons, Utc
from monitor.store.models import Base
from monitor.store.redundancy import SUFFIX


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


def wanted(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave out the indexes over whole rows: `redundancy` makes them after each migration."""
    return not (kind == "index" and (name or "").endswith(SUFFIX))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plain,
    include_object=wanted,
    transaction_per_migration=False,
)
context.run_migrations()
