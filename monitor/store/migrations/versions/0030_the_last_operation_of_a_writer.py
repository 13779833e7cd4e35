"""The last operation of a writer"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_operations",
        sa.Column("writer", sa.String(length=32), nullable=False),
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_last_operations")),
    )
    # Its row is locked before anything is written: it must be there before the first writer.
    op.execute("INSERT INTO last_operations (writer, operation) VALUES ('decisions', '')")
