"""Since when sites are silent, promised, or answer"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silent_since_utc", sa.DateTime(), nullable=True))
    op.execute("UPDATE outages SET silent_since_utc = started_utc")

    with op.batch_alter_table("excused", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promised_utc", sa.DateTime(), nullable=True))

    with op.batch_alter_table("site_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers_since_utc", sa.DateTime(), nullable=True))
    op.execute("UPDATE site_states SET answers_since_utc = since_utc WHERE state IN ('up', 'degraded')")
