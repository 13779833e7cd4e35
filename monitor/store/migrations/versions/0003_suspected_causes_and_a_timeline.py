"""Suspected causes and a timeline"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=130), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_at_utc"), ["at_utc"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_site"), ["site"], unique=False)

    with op.batch_alter_table("outages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cause", sa.String(length=32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("cause_why", sa.String(length=200), server_default="", nullable=False))
