"""Which tests are of SQLite's file alone, and why: they are left out of a run for PostgreSQL."""

STORED = "tests/alerts/facts/test_stored.py"
BYTES = "a file is looked through for what must not stand in it"
NO_JSON = "a text that is no JSON, which a server does not take"
OF_A_FILE = {
    "tests/store/history": "the history of measurements is a file of its own, whatever keeps the database",
    "tests/store/test_belonging.py": "a journal that belongs to another file",
    "tests/store/test_copies.py": "copies that are files",
    "tests/store/test_lock.py": "the lock of the state folder",
    "tests/store/test_migrations.py": "files as older versions made them: there is no older one on a server",
    "tests/store/test_opening.py": "a file that is missing, damaged, or another program's",
    "tests/store/test_opening_places.py": "where a file lies, and what else may lie there",
    "tests/store/test_retention.py::test_a_copy": "copies that are files",
    "tests/store/test_retention.py::test_only_the_newest": "copies that are files",
    "tests/store/test_soundness.py": "damage in a file",
    "tests/store/test_sqlite.py": "journal, marks and locks of a file",
    "tests/store/test_among.py": "the number of values that SQLite takes",
    # PostgreSQL's own triggers and its owner are in tests/store/test_schema.py.
    "tests/store/test_acts.py::test_every_tampering": "a file that is altered past its triggers",
    "tests/store/test_acts.py::test_the_place_of_the_last_act": "a file that is altered past its triggers",
    "tests/store/test_acts.py::test_an_act_is_not_lost": "a file that is altered past its triggers",
    "tests/store/test_acts.py::test_acts_cut_off": "a file that is altered past its triggers",
    "tests/store/test_acts.py::test_the_database_itself": "statements of SQLite",
    "tests/store/test_ticket_history.py::test_every_tampering": "a file that is altered past its triggers",
    "tests/store/test_ticket_history.py::test_a_cut_off_end": "a file that is altered past its triggers",
    "tests/store/test_ticket_history.py::test_an_event_whose_ticket": "a file that is altered past its triggers",
    "tests/store/test_ticket_history.py::test_a_head_that_somebody": "a file that is altered past its triggers",
    "tests/store/test_ticket_history.py::test_the_database_itself": "statements of SQLite",
    "tests/runtime/test_writer.py::test_a_locked_database": "the one lock of a whole file",
    "tests/runtime/test_setup_code.py::test_a_database_that_refuses": "a file that is gone",
    f"{STORED}::test_what_cannot_be_read_waits_is_told_as_ours_and_goes_after_the_upgrade[damaged": NO_JSON,
    "tests/accounts/test_first_user.py::test_the_code_of_the_last_start": BYTES,
    "tests/accounts/test_log_in.py::test_the_right_password_begins": BYTES,
    "tests/accounts/test_tokens.py::test_a_token_is_known_again": BYTES,
    f"{STORED}::test_damage_to_one_notice": NO_JSON,
    "tests/alerts/notices/test_shared_briefs.py::test_an_office_whose_figures_cannot": NO_JSON,
}
"""By the beginning of the test's id."""


def reason(test: str) -> str | None:
    """Why that test is of a file alone; None where it is not."""
    return next((why for begin, why in OF_A_FILE.items() if test.startswith(begin)), None)
