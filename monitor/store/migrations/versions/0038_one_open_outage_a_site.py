"""One open outage a site; what daemons watch and see; what was dated by a clock that nothing had proved right"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("ended_utc IS NULL")
FIRST = "SELECT min(id) FROM outages WHERE ended_utc IS NULL GROUP BY site"
OFTEN_UPDATED = {"fillfactor": "50"}


def upgrade() -> None:
    # Of a site that was opened twice the first outage goes on, with all that lies behind it; a further one was none.
    op.execute(
        "UPDATE affected SET outage_id = (SELECT min(first.id) FROM outages AS first JOIN outages AS double "
        "ON first.site = double.site WHERE double.id = affected.outage_id AND first.ended_utc IS NULL) "
        "WHERE until_utc IS NULL AND outage_id IN "
        f"(SELECT id FROM outages WHERE ended_utc IS NULL AND id NOT IN ({FIRST}))"
    )
    op.execute(
        "UPDATE outages SET ended_utc = started_utc, end_reason = 'doubled', version = version + 1 "
        f"WHERE ended_utc IS NULL AND id NOT IN ({FIRST})"
    )
    op.create_index(
        "uq_outages_open_site", "outages", ["site"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )

    op.add_column("daemons", sa.Column("watches", sa.String(length=64), server_default="", nullable=False))
    op.add_column("daemons", sa.Column("watches_since", sa.DateTime(timezone=True), nullable=True))
    for column in ("sees", "lost"):
        op.add_column("daemons", sa.Column(column, sa.Text(), server_default="", nullable=False))

    op.create_table(
        "unproven_dates",
        sa.Column("lease", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("daemon", sa.String(length=120), nullable=False),
        sa.Column("since_utc", sa.DateTime(), nullable=False),
        sa.Column("until_utc", sa.DateTime(), nullable=False),
        sa.Column("wrong_by_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("lease", "epoch", name=op.f("pk_unproven_dates")),
        postgresql_with=OFTEN_UPDATED,
    )
