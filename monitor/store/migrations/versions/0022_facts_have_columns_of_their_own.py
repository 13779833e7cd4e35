"""Facts have columns of their own

Recounts of a deadline were lines of a text, the outage of a complaint and a late operator were sentences of a history,
and what a notice is about stood in its key.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from monitor.domain.reasons import as_json
from monitor.domain.stored_sentences import from_sentence, moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_RECOUNT = re.compile(r"(\w+, \d+ \w+ \d{4}, \d\d:\d\d(?::\d\d)?): (.+)")
_SITE_DOWN = re.compile(r"(\S+) has been down since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)Z(?:, ticket (\S+))?")
_COMPLAINT = re.compile(r"complaint (\S+) is about this site")


def upgrade() -> None:
    op.create_table(
        "recounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("at_utc", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["outage_id"], ["outages.id"], name=op.f("fk_recounts_outage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recounts")),
    )
    op.create_index(op.f("ix_recounts_outage_id"), "recounts", ["outage_id"])
    op.create_table(
        "complaint_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("told_ticket_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["tickets.id"], name=op.f("fk_complaint_links_complaint_id")),
        sa.ForeignKeyConstraint(["outage_id"], ["outages.id"], name=op.f("fk_complaint_links_outage_id")),
        sa.ForeignKeyConstraint(["told_ticket_id"], ["tickets.id"], name=op.f("fk_complaint_links_told_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_links")),
        sa.UniqueConstraint("complaint_id", "outage_id", name=op.f("uq_complaint_links_complaint_id_outage_id")),
    )
    for column in ("complaint_id", "outage_id"):
        op.create_index(op.f(f"ix_complaint_links_{column}"), "complaint_links", [column])

    _turn_recounts()
    op.execute("ALTER TABLE outages DROP COLUMN recounted")
    op.add_column("outages", sa.Column("operator_told", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE outages SET operator_told = true WHERE EXISTS (SELECT 1 FROM ticket_events"
        " WHERE ticket_id = outages.ticket_id AND kind = 'operator_late' AND at_utc >= outages.started_utc)"
    )
    _turn_links()
    op.add_column("notices", sa.Column("about", sa.String(length=64), server_default="", nullable=False))
    op.add_column("notices", sa.Column("ref", sa.String(length=64), server_default="", nullable=False))
    _turn_keys()


def _turn_recounts() -> None:
    """A line of the text becomes a row; one that cannot be read keeps its words, dated with the outage."""
    connection = op.get_bind()
    query = "SELECT id, confirmed_utc, recounted FROM outages WHERE recounted <> '' ORDER BY id"
    known = sa.text(query).columns(sa.Column("id"), sa.Column("confirmed_utc", sa.DateTime()), sa.Column("recounted"))
    for outage_id, confirmed_utc, recounted in connection.execute(known).all():
        for line in recounted.splitlines():
            at_utc, words = _dated(line, confirmed_utc)
            reason = json.dumps(as_json(from_sentence(words)), ensure_ascii=False)
            row = {"outage_id": outage_id, "at_utc": at_utc, "reason": reason}
            fill = sa.text("INSERT INTO recounts (outage_id, at_utc, reason) VALUES (:outage_id, :at_utc, :reason)")
            connection.execute(fill.bindparams(sa.bindparam("at_utc", type_=sa.DateTime())), row)


def _dated(line: str, otherwise_utc: datetime) -> tuple[datetime, str]:
    found = _RECOUNT.fullmatch(line)
    try:
        return (moment(found[1]).astimezone(UTC).replace(tzinfo=None), found[2]) if found else (otherwise_utc, line)
    except ValueError:
        return otherwise_utc, line


def _turn_links() -> None:
    """What two histories say of each other becomes a row; an outage dated anew since is found by its ticket."""
    connection = op.get_bind()
    told = "SELECT ticket_id, at_utc, text FROM ticket_events WHERE kind = 'linked' ORDER BY id"
    events = connection.execute(sa.text(told)).all()
    links: dict[tuple[int, int], int | None] = {}
    for ticket_id, at_utc, words in events:
        if (found := _SITE_DOWN.match(words)) and (outage_id := _outage(found, at_utc)) is not None:
            links[ticket_id, outage_id] = None
    for ticket_id, _, words in events:
        if not (found := _COMPLAINT.match(words)):
            continue
        complaint_id = _one("SELECT id FROM tickets WHERE number = :number", number=found[1])
        its = "SELECT id FROM outages WHERE ticket_id = :ticket ORDER BY id"
        outages = connection.execute(sa.text(its), {"ticket": ticket_id}).scalars().all()
        if complaint_id is not None and outages:
            outage_id = next((each for each in outages if (complaint_id, each) in links), outages[0])
            links[complaint_id, outage_id] = ticket_id
    for (complaint_id, outage_id), told_ticket_id in links.items():
        row = {"complaint": complaint_id, "outage": outage_id, "told": told_ticket_id}
        columns = "complaint_id, outage_id, told_ticket_id"
        connection.execute(sa.text(f"INSERT INTO complaint_links ({columns}) VALUES (:complaint, :outage, :told)"), row)


def _outage(found: re.Match[str], at_utc: Any) -> int | None:
    """The outage that a sentence means: by when it began, else by its ticket, else the last one before the sentence."""
    site, since, number = found.groups()
    of_site = "SELECT id FROM outages WHERE site = :site"
    by_date = f"{of_site} AND started_utc >= :since AND started_utc < :until ORDER BY id"
    outage_id: int | None = _one(by_date, site=site, since=since, until=f"{since}.999999~")
    if outage_id is None and number:
        by_ticket = f"{of_site} AND ticket_id = (SELECT id FROM tickets WHERE number = :number) ORDER BY id DESC"
        outage_id = _one(by_ticket, site=site, number=number)
    if outage_id is None:
        outage_id = _one(f"{of_site} AND started_utc <= :at ORDER BY id DESC", site=site, at=at_utc)
    return outage_id


def _one(query: str, **values: object) -> Any:
    return op.get_bind().execute(sa.text(f"{query} LIMIT 1"), values).scalar()


def _turn_keys() -> None:
    """ABOUT/KIND-REF/RECIPIENT comes apart."""
    connection = op.get_bind()
    fill = sa.text("UPDATE notices SET about = :about, ref = :ref WHERE id = :id")
    rows = []
    for id_, key, kind in connection.execute(sa.text("SELECT id, key, kind FROM notices")).all():
        about, _, rest = key.partition("/")
        name = rest.rpartition("/")[0]
        rows.append({"id": id_, "about": about[:64], "ref": name.removeprefix(kind).removeprefix("-")[:64]})
    if rows:
        connection.execute(fill, rows)
