"""`python -m tests.store.at_a_cut_cable STATE URL ROW WHAT`: a client whose cable is cut in the middle of a write.

It locks its ROW, says so, and then either waits for an answer (WHAT is 'waits') or, told to, sends a statement into the
cut ('sends'). It prints how long it took to find out, in seconds, and whether that passes.
"""

import sys
import time
from pathlib import Path

from sqlalchemy import text

from monitor.settings.storage_section import Server
from monitor.store.errors import DatabaseError, may_pass
from monitor.store.opening import store_at

LOCK = text("UPDATE last_operations SET operation = 'half' WHERE writer = :row")


def main() -> None:
    """Writes until it is cut off."""
    state, url, row, what = sys.argv[1:]
    store = store_at(Path(state), Server(url))
    try:
        with store.write() as session:
            session.execute(LOCK, {"row": row})
            print("locked", flush=True)
            if what == "sends":
                sys.stdin.readline()
                began_s = time.monotonic()
                session.execute(LOCK, {"row": row})
            else:
                began_s = time.monotonic()
                session.execute(text("SELECT pg_sleep(25)"))
    except DatabaseError as error:
        print(f"{time.monotonic() - began_s:.2f} {may_pass(error.orig)} {error.orig}", flush=True)
    finally:
        store.close()


if __name__ == "__main__":
    main()
