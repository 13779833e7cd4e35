"""Excused silences, plans by command, usual times"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "excused",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("since_utc", sa.DateTime(), nullable=False),
        sa.Column("planned_until_utc", sa.DateTime(), nullable=True),
        sa.Column("until_utc", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excused")),
    )
    with op.batch_alter_table("excused", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_excused_site"), ["site"], unique=False)
        batch_op.create_index(batch_op.f("ix_excused_until_utc"), ["until_utc"], unique=False)

    op.create_table(
        "learned",
        sa.Column("device", sa.String(length=130), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_learned")),
    )
    op.create_table(
        "planned_work",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("created_utc", sa.DateTime(), nullable=False),
        sa.Column("ended_utc", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_planned_work")),
    )
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("uplink", sa.String(length=64), server_default="", nullable=False))

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("acknowledged_until_utc", sa.DateTime(), nullable=True))
