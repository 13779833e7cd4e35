"""Rows of many offices"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OFFICE = "office VARCHAR(63) DEFAULT '' NOT NULL"
SCOPED = (
    "acts",
    "affected",
    "calendar_orders",
    "complaint_links",
    "edition_files",
    "editions",
    "events",
    "excused",
    "helpdesk_tickets",
    "notices",
    "outages",
    "recounts",
    "site_notes",
    "site_states",
    "ticket_events",
    "tickets",
)
# What was unique in the one office is so in each of many.
REBUILT: Mapping[str, tuple[str, str]] = {
    "tickets": ("UNIQUE (year, seq)", "UNIQUE (office, year, seq)"),
    "notices": ('UNIQUE ("key")', 'UNIQUE (office, "key")'),
    "chain_heads": ("PRIMARY KEY (name)", "PRIMARY KEY (office, name)"),
    "last_numbers": ("PRIMARY KEY (year)", "PRIMARY KEY (office, year)"),
    "counted_calendar": ("PRIMARY KEY (id)", "PRIMARY KEY (office, id)"),
    "planned_work": ("PRIMARY KEY (name)", "PRIMARY KEY (office, name)"),
}
NAMED = {
    "CONSTRAINT uq_tickets_year_seq": "CONSTRAINT uq_tickets_office_year_seq",
    "CONSTRAINT uq_notices_key": "CONSTRAINT uq_notices_office_key",
}
IN_TRIGGERS = {
    "(year = NEW.year AND seq = NEW.seq)": "(office = NEW.office AND year = NEW.year AND seq = NEW.seq)",
    "OF id, number, year, seq ON": "OF id, number, year, seq, office ON",
    "OLD.seq IS NOT NEW.seq BEGIN": "OLD.seq IS NOT NEW.seq OR OLD.office IS NOT NEW.office BEGIN",
}
WIDER = {"site": 127, "device": 191}  # OFFICE.SITE, and OFFICE.SITE/DEVICE
WIDENED = (
    ("affected", "site"),
    ("events", "device"),
    ("events", "site"),
    ("excused", "site"),
    ("learned", "device"),
    ("outages", "site"),
    ("site_notes", "site"),
    ("site_states", "site"),
    ("tickets", "site"),
)


def upgrade() -> None:
    for table in SCOPED:
        op.add_column(table, sa.Column("office", sa.String(length=63), server_default="", nullable=False))
    for table in REBUILT.keys() - set(SCOPED):
        op.add_column(table, sa.Column("office", sa.String(length=63), server_default="", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        # Rows that name another are there at all times that count: at the end.
        op.execute("PRAGMA defer_foreign_keys = ON")
        for table, (before, after) in REBUILT.items():
            _rebuild(table, {before: after, **NAMED})
    else:
        _on_a_server()
    op.create_index("ix_ticket_events_office_id", "ticket_events", ["office", "id"])


def _rebuild(table: str, changes: Mapping[str, str]) -> None:
    """Make the table anew with all that it had: its constraints cannot be altered.

    In the place of the old one, as the rows that refer to it must find it under its name; it fires no trigger.
    """
    connection = op.get_bind()
    known = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'table' DESC"
    made = list(connection.exec_driver_sql(known, (table,)).scalars())
    for before, after in changes.items():
        made[0] = made[0].replace(before, after)
    op.execute(f"CREATE TEMPORARY TABLE moved AS SELECT * FROM {table}")
    op.execute(f"DROP TABLE {table}")
    connection.exec_driver_sql(made[0])
    op.execute(f"INSERT INTO {table} SELECT * FROM moved")
    op.execute("DROP TABLE moved")
    for statement in made[1:]:
        for before, after in IN_TRIGGERS.items():
            statement = statement.replace(before, after)  # noqa: PLW2901 (each changes it further)
        connection.exec_driver_sql(statement)


def _on_a_server() -> None:
    for table, column in WIDENED:
        op.alter_column(table, column, type_=sa.String(length=WIDER[column]))
    for table, old, new, columns in (
        ("tickets", "uq_tickets_year_seq", "uq_tickets_office_year_seq", ["office", "year", "seq"]),
        ("notices", "uq_notices_key", "uq_notices_office_key", ["office", "key"]),
    ):
        op.drop_constraint(old, table)
        op.create_unique_constraint(new, table, columns)
    for table, key in (
        ("chain_heads", "name"),
        ("last_numbers", "year"),
        ("counted_calendar", "id"),
        ("planned_work", "name"),
    ):
        op.drop_constraint(f"pk_{table}", table)
        op.create_primary_key(f"pk_{table}", table, ["office", key])
