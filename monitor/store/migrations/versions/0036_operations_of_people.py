"""Operations of people"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "noted_operations",
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("operation", name=op.f("pk_noted_operations")),
    )
    op.create_index(op.f("ix_noted_operations_at_utc"), "noted_operations", ["at_utc"])
