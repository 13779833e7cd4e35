"""Places of users and tokens"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("users", "api_tokens"):
        op.add_column(table, sa.Column("node", sa.String(length=63), server_default="", nullable=False))
