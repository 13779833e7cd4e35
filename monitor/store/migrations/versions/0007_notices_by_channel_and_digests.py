"""Notices by channel and digests"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=16), server_default="email", nullable=False))
        batch_op.add_column(sa.Column("owed_utc", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("folded_into", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_notices_thread_id"), ["thread_id"], unique=False)
    op.execute("UPDATE notices SET owed_utc = due_utc")
