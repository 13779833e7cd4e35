"""Channels that a daemon cannot reach"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("daemons", sa.Column("away", sa.Text(), server_default="", nullable=False))
