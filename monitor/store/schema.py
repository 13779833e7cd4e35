"""Know what of a schema is another one on PostgreSQL: its catalogue, its locks, its whole numbers and its triggers.

Migrations make the tables of both; triggers that protect the history are written by migrations for SQLite, and by
`complete` for PostgreSQL, after each of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect

from monitor.domain.message import N_, Message
from monitor.store.errors import StoreError

OLDEST_SERVER = 13
PROVIDERS = 15  # the first server with other ways to sort than the operating system's
LOCK_NUMBER = 0x757A_6D6F_6E  # of the migrations' lock; any number that no other program takes
ONLY_GROWS = ("ticket_events", "acts")

# Not what SQLite keeps for its own planner, and makes when somebody asks it to.
OF_SQLITE = (
    "SELECT type || ' ' || name || ' ON ' || tbl_name AS name, coalesce(sql, '') AS sql FROM sqlite_master "
    "WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'"
)
# What every version of the server tells in the same words: no text that it composes anew.
OF_POSTGRESQL = """
    SELECT 'table ' || tablename || ' ON ' || tablename AS name, '' AS sql FROM pg_tables
        WHERE schemaname = current_schema()
    UNION ALL SELECT 'index ' || indexname || ' ON ' || tablename, '' FROM pg_indexes
        WHERE schemaname = current_schema()
    UNION ALL SELECT 'trigger ' || t.tgname || ' ON ' || c.relname,
            concat_ws(' ', t.tgenabled, t.tgtype, t.tgattr, t.tgqual IS NULL, p.prosrc)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""

TRIGGERS_OF_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
TRIGGERS_OF_POSTGRESQL = """
    SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
"""

REFUSING = """
CREATE OR REPLACE FUNCTION history_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of %% only grows', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def is_server(connection: Connection) -> bool:
    """Return whether it is PostgreSQL that is asked."""
    return connection.dialect.name == "postgresql"


def has_table(connection: Connection, name: str) -> bool:
    """Return whether there is a table of that name."""
    if is_server(connection):
        return inspect(connection).has_table(name)
    known = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    return bool(connection.exec_driver_sql(known, (name,)).scalar_one())


def objects(connection: Connection) -> str:
    """Return the query for all that the schema consists of: name, and text."""
    return OF_POSTGRESQL if is_server(connection) else OF_SQLITE


def refuse_unfit(connection: Connection, name: str) -> None:
    """Raise StoreError for a server that is too old, or a database that cannot hold every letter or sorts them."""
    version = int((connection.dialect.server_version_info or (0,))[0])
    if version < OLDEST_SERVER:
        text = N_("{name} is of PostgreSQL {version}. Expected {oldest} or newer")
        raise StoreError(Message(text, {"name": name, "version": version, "oldest": OLDEST_SERVER}))
    # A provider of its own (ICU) sorts by rules of its own, whatever the collation is called.
    provider = "CASE datlocprovider WHEN 'i' THEN 'ICU' ELSE datcollate END" if version >= PROVIDERS else "datcollate"
    query = f"SELECT pg_encoding_to_char(encoding), {provider} FROM pg_database WHERE datname = current_database()"
    encoding, collation = connection.exec_driver_sql(query).one()
    if encoding != "UTF8" or collation not in {"C", "C.UTF-8", "C.utf8", "POSIX"}:
        text = N_(
            "{name} has the encoding {encoding} and the collation {collation}. Expected UTF8 and C.UTF-8: "
            "createdb --encoding=UTF8 --locale=C.UTF-8 --template=template0"
        )
        raise StoreError(Message(text, {"name": name, "encoding": encoding, "collation": collation}))


def lock(connection: Connection) -> None:
    """Wait until no other process migrates; the lock ends with the transaction. SQLite's transaction is one itself."""
    if not is_server(connection):
        return
    # A migration, and whoever waits for it, takes as long as it takes.
    off = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    without = ", ".join(f"set_config('{each}', '0', true)" for each in off)
    connection.exec_driver_sql(f"SELECT {without}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})")


def complete(connection: Connection) -> None:
    """Give every whole number 64 bits and the history its triggers: for PostgreSQL, after the migrations."""
    if not is_server(connection):
        return
    narrow = (
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND data_type = 'integer'"
    )
    for table, column in connection.exec_driver_sql(narrow).all():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE bigint')
    narrow = (
        "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() AND data_type = 'integer'::regtype"
    )
    for sequence in connection.exec_driver_sql(narrow).scalars().all():
        connection.exec_driver_sql(f'ALTER SEQUENCE "{sequence}" AS bigint')
    connection.exec_driver_sql(REFUSING)
    for table in ONLY_GROWS:
        _trigger(connection, f"{table}_only_grows", "UPDATE OR DELETE OR TRUNCATE", table, "STATEMENT")
    # A ticket that vanishes or gets another number takes its history along.
    _trigger(connection, "tickets_no_delete", "DELETE OR TRUNCATE", "tickets", "STATEMENT")
    fixed = ("id", "number", "year", "seq", "office")
    changed = f"WHEN ({' OR '.join(f'OLD.{each} IS DISTINCT FROM NEW.{each}' for each in fixed)})"
    _trigger(connection, "tickets_no_renumber", f"UPDATE OF {', '.join(fixed)}", "tickets", "ROW", changed)


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    """Take away what protects the history within the block, and put it back; in one transaction with what is done."""
    if is_server(connection):
        triggers = connection.exec_driver_sql(TRIGGERS_OF_POSTGRESQL).all()
        for name, table in triggers:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        for name, table in triggers:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        return
    triggers = connection.exec_driver_sql(TRIGGERS_OF_SQLITE).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def _trigger(connection: Connection, name: str, verbs: str, table: str, each: str, when: str = "") -> None:
    what = "acts" if table == "acts" else "tickets"
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {verbs} ON {table} FOR EACH {each} {when} "
        f"EXECUTE FUNCTION history_only_grows('{what}')"
    )
    # Also where a session says that it only replays what another server did.
    connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
