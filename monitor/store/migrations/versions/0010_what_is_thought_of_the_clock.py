"""What the daemon thinks of the clock, and how much of a ticket's time is left while it waits"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wall_utc", sa.DateTime(), nullable=False),
        sa.Column("boot_ns", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_word")),
    )
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wall_utc", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("synchronised", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("unproven_since_utc", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("suspect_since_boot_ns", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ntp_decides", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("off_since_utc", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("resumed_utc", sa.DateTime(), nullable=True))

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waiting_since_utc", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("waits", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("anew_level", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("anew_utc", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE tickets SET waiting_since_utc = (SELECT max(at_utc) FROM ticket_events "
        "WHERE ticket_id = tickets.id AND kind = 'wait') WHERE state = 'waiting'"
    )
