"""When workstations were seen"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("site_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("workstation_utc", sa.DateTime(), nullable=True))
