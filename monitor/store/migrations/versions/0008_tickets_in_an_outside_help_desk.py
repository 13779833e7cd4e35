"""Tickets mirrored to a help desk"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "helpdesk_tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(length=320), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("outside_id", sa.String(length=32), nullable=False),
        sa.Column("told_event_id", sa.Integer(), nullable=False),
        sa.Column("agreed_state", sa.String(length=16), nullable=False),
        sa.Column("agreed_status", sa.String(length=64), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.Column("looked_utc", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_utc", sa.DateTime(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_helpdesk_tickets_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpdesk_tickets")),
        sa.UniqueConstraint("desk", "ticket_id", name=op.f("uq_helpdesk_tickets_desk_ticket_id")),
    )
    with op.batch_alter_table("helpdesk_tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_helpdesk_tickets_ticket_id"), ["ticket_id"], unique=False)
