"""Say at the start how the first user of the console is added: by a code that works once."""

from datetime import datetime

from monitor.accounts import first_user
from monitor.charter.office import Office
from monitor.domain.message import Message, message
from monitor.store.database import Store
from monitor.store.errors import SQLAlchemyError
from monitor.store.work import Work


def setup_line(store: Store, office: Office, now_utc: datetime) -> Message | None:
    """Return the line with a new code for `/setup`, which replaces the one before.

    None when there is a user, and while the database refuses: the next start tries again.
    """
    if store.waiting:
        return None
    try:
        with store.read() as session:
            if not first_user.is_missing(session):
                return None
        with store.write() as session:
            code = first_user.new_code(Work(session, office, now_utc))
    except SQLAlchemyError:
        return None
    if not code:
        return None
    return message(
        "the console has no user yet. Open the page /setup and type this code, which works once: {code}. "
        "Or type: upazila-monitor user add NAME --role admin",
        code=code,
    )
