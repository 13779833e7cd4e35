"""Reasons are codes

What was told in English sentences is stored as a code with its parameters; a sentence that is none of ours stays a
text. A gap that lasts has no end: it was marked by one that equals its beginning.
"""

import json

import sqlalchemy as sa
from alembic import op

from monitor.domain.reasons import ReasonCode, as_json, reason
from monitor.domain.stored_sentences import from_sentence

revision = "0021"
down_revision = "0025"
branch_labels = None
depends_on = None

SENTENCES = (
    ("outages", "reason", "reason"),
    ("outages", "cause_why", "cause_why"),
    ("gaps", "reason", "reason"),
    ("excused", "why", "why"),
    ("events", "text", "reason"),
)
"""(table, column that held a sentence, column that holds its code)."""


def upgrade() -> None:
    # Columns are added, filled and dropped one by one: copying whole tables would break what refers to them.
    for table, before, after in SENTENCES:
        op.add_column(table, sa.Column("as_code", sa.Text(), nullable=True))
        _turn(table, before)
        op.execute(f"ALTER TABLE {table} DROP COLUMN {before}")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN as_code TO {after}")

    op.add_column("gaps", sa.Column("ends_utc", sa.DateTime(), nullable=True))
    op.execute("UPDATE gaps SET ends_utc = ended_utc WHERE ended_utc <> started_utc")
    op.execute("ALTER TABLE gaps DROP COLUMN ended_utc")
    op.execute("ALTER TABLE gaps RENAME COLUMN ends_utc TO ended_utc")


def _turn(table: str, column: str) -> None:
    """Fills ``as_code`` from the sentences; each that occurs is read once."""
    connection = op.get_bind()
    kind = "kind" if table == "events" else "''"
    known = connection.execute(sa.text(f"SELECT DISTINCT {kind}, {column} FROM {table}")).all()
    fill = sa.text(f"UPDATE {table} SET as_code = :code WHERE {column} = :words AND {kind} = :kind")
    for kind_, words in known:
        if words:
            told = reason(ReasonCode.TRAP, name=words) if kind_ == "trap" else from_sentence(words)
            code = json.dumps(as_json(told), ensure_ascii=False)
            connection.execute(fill, {"code": code, "words": words, "kind": kind_})
