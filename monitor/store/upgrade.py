"""Migrate the schema from any older version to this one.

The list of migrations is read from their files as text: importing alembic, its templates and every migration would cost
each start and each command a tenth of a second, and they are needed once in months.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from monitor.domain.message import message
from monitor.store import redundancy, schema
from monitor.store.errors import StoreError
from monitor.store.models import Base

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r'^(down_revision|revision) = (?:None|"(\w+)")$', re.MULTILINE)


@cache
def revisions() -> tuple[str, ...]:
    """List the schema's versions, the oldest first; raises ValueError when the migrations are not one line."""
    after: dict[str | None, str] = {}
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    for file in files:
        found = dict(_REVISION.findall(file.read_text(encoding="utf-8")))
        after[found["down_revision"] or None] = found["revision"]
    line: list[str] = []
    while (newer := after.get(line[-1] if line else None)) is not None and newer not in line:
        line.append(newer)
    if len(line) != len(files):
        raise ValueError(f"the {len(files)} migrations in {MIGRATIONS} are not one line, but {' → '.join(line)}")
    return tuple(line)


def upgrade(name: str, reading: Engine, writing: Engine) -> None:
    """Run the missing migrations, in one transaction; raises StoreError for the schema of a newer version."""
    with reading.connect() as connection:
        current = _current(connection)
        if current == revisions()[-1] and redundancy.is_there(connection, Base.metadata):
            return
    if current is not None and current not in revisions():
        raise StoreError(
            message("{path} was written by a newer version of upazila-monitor. Install that version", path=name)
        )
    with writing.begin() as connection:
        migrate(connection)


def migrate(connection: Connection) -> None:
    """Run the missing migrations in the transaction of ``connection``."""
    schema.lock(connection)  # first: until then the limits of an ordinary transaction hold, also for our imports
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    redundancy.drop(connection)
    command.upgrade(config, "head")
    redundancy.make(connection, Base.metadata)


def alembic_config() -> "Config":
    """Return alembic's configuration."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _current(connection: Connection) -> str | None:
    """Return the version of the schema; None when there is none yet."""
    if not schema.has_table(connection, VERSION_TABLE):
        return None
    found: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    return found
