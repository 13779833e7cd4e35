"""History cannot be replaced"""

from alembic import op

revision = "0012"
down_revision = "0016"
branch_labels = None
depends_on = None

GROWS = "the history of tickets only grows"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # see monitor/store/schema.py
    # INSERT OR REPLACE deletes what stands in its way without firing a trigger on DELETE, unless a connection asks for
    # recursive triggers: so the insert itself is refused, for every program that opens the file.
    op.execute(
        "CREATE TRIGGER ticket_events_no_replace BEFORE INSERT ON ticket_events "
        "WHEN EXISTS (SELECT 1 FROM ticket_events WHERE id = NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{GROWS}'); END"
    )
    # A ticket that vanishes or gets another number takes its history along.
    op.execute(
        "CREATE TRIGGER tickets_no_replace BEFORE INSERT ON tickets "
        "WHEN EXISTS (SELECT 1 FROM tickets WHERE id = NEW.id OR number = NEW.number "
        "OR (year = NEW.year AND seq = NEW.seq)) "
        f"BEGIN SELECT RAISE(ABORT, '{GROWS}'); END"
    )
    op.execute(f"CREATE TRIGGER tickets_no_delete BEFORE DELETE ON tickets BEGIN SELECT RAISE(ABORT, '{GROWS}'); END")
    op.execute(
        "CREATE TRIGGER tickets_no_renumber BEFORE UPDATE OF id, number, year, seq ON tickets "
        "WHEN OLD.id IS NOT NEW.id OR OLD.number IS NOT NEW.number OR OLD.year IS NOT NEW.year "
        "OR OLD.seq IS NOT NEW.seq "
        f"BEGIN SELECT RAISE(ABORT, '{GROWS}'); END"
    )
