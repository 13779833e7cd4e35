"""Faults of ours kill no letter

What waits by our own fault is told apart from what a server said. Letters that an earlier version gave up for the sake
of an exception, not of an answer (their last error is its name), are owed again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fault", sa.Text(), server_default="", nullable=False))
    op.execute(
        "UPDATE notices SET dead_utc = NULL, leased_until_utc = NULL"
        " WHERE dead_utc IS NOT NULL AND last_error LIKE '%Error: %' AND last_error NOT LIKE '5%'"
    )
