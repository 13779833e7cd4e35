"""Notices counted by office"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None

SOME = {
    "ix_notices_waiting": (["office", "owed_utc"], "sent_utc IS NULL AND dead_utc IS NULL"),
    "ix_notices_dead": (["office"], "dead_utc IS NOT NULL"),
    "ix_notices_merged": (["office"], "folded_into IS NOT NULL"),
}


def upgrade() -> None:
    op.create_index("ix_notices_kind", "notices", ["kind", "office", "sent_utc"])
    for name, (columns, which) in SOME.items():
        op.create_index(name, "notices", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
