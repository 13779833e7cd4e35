"""Heads and last numbers are rows"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chain_heads",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chain_heads")),
    )
    op.create_table(
        "last_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_last_numbers")),
    )
    beginning = "0" * 64
    last = f"coalesce((SELECT hash FROM ticket_events ORDER BY id DESC LIMIT 1), '{beginning}')"
    op.execute(f"INSERT INTO chain_heads (name, hash) VALUES ('tickets', {last})")
    op.execute("INSERT INTO last_numbers (year, seq) SELECT year, max(seq) FROM tickets GROUP BY year")
