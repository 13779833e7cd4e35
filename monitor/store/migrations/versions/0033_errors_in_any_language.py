"""Errors in any language"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("notices", "helpdesk_tickets"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("why", sa.Text(), nullable=True))
