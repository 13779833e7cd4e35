"""The history of tickets has codes"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there stays as it is: its sentences are in the hash chain.
    op.add_column("ticket_events", sa.Column("reason", sa.Text(), nullable=True))
