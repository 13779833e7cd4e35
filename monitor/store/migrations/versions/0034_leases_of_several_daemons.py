"""Leases of several daemons on one database, and what each of them says of itself"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0030"
branch_labels = None
depends_on = None

OFTEN_UPDATED = {"fillfactor": "50"}
HEARTBEAT = (
    "at_utc, boot_id, boot_ns, wall_utc, synchronised, unproven_since_utc, suspect_since_boot_ns, ntp_decides, "
    "off_since_utc, resumed_utc"
)


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=160), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        postgresql_with=OFTEN_UPDATED,
    )
    op.create_table(
        "daemons",
        sa.Column("holder", sa.String(length=160), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shards", sa.Integer(), nullable=False),
        sa.Column("fit", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_daemons")),
        postgresql_with=OFTEN_UPDATED,
    )
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shard", sa.Integer(), nullable=True))
    op.add_column("notices", sa.Column("leased_by", sa.String(length=160), server_default="", nullable=False))
    with op.batch_alter_table("last_operations", schema=None) as batch_op:
        batch_op.alter_column("writer", type_=sa.String(length=160), existing_nullable=False)

    # One row for each daemon, by its name: it was one row, with a number.
    op.execute("CREATE TABLE heartbeat_before AS SELECT * FROM heartbeat")
    op.drop_table("heartbeat")
    op.create_table(
        "heartbeat",
        sa.Column("daemon", sa.String(length=120), server_default="", nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.Column("boot_id", sa.String(length=40), nullable=False),
        sa.Column("boot_ns", sa.BigInteger(), nullable=False),
        sa.Column("wall_utc", sa.DateTime(), nullable=True),
        sa.Column("synchronised", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("unproven_since_utc", sa.DateTime(), nullable=True),
        sa.Column("suspect_since_boot_ns", sa.BigInteger(), nullable=True),
        sa.Column("ntp_decides", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("off_since_utc", sa.DateTime(), nullable=True),
        sa.Column("resumed_utc", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("daemon", name=op.f("pk_heartbeat")),
    )
    op.execute(f"INSERT INTO heartbeat (daemon, {HEARTBEAT}) SELECT '', {HEARTBEAT} FROM heartbeat_before")
    op.drop_table("heartbeat_before")
