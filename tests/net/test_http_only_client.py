"""One HTTP client: whoever opens HTTP beside it has neither its deadline nor its limits."""

import ast
from collections.abc import Iterator

from tests.places import MONITOR

CLIENTS = ("requests", "urllib3", "urllib.request", "http.client", "httpx", "aiohttp", "httplib2", "pycurl")
LOOK_UPS = {"getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection", "open_connection", "getfqdn"}
ELSEWHERE = {
    "net/http.py": CLIENTS,  # this is it
    "net/http_answer.py": ("http.client",),
}
ASKS_NAMES = {"net/names.py"}
CALENDAR = (
    "runtime/calendar_jobs.py"  # one thread of APScheduler's, for the database alone; a stop ends the process beside it
)
SHARED_THREADS = {"to_thread", "run_in_executor", "ThreadPoolExecutor", "run_sync", "run_in_threadpool"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def trees() -> Iterator[tuple[str, ast.AST]]:
    for file in sorted(MONITOR.rglob("*.py")):
        yield str(file.relative_to(MONITOR)), ast.parse(file.read_text(encoding="utf-8"))


def test_nothing_but_the_one_client_opens_http() -> None:
    found = [
        f"{file}: {name}"
        for file, tree in trees()
        for name in imported(tree)
        for client in CLIENTS
        if (name == client or name.startswith(f"{client}.")) and client not in ELSEWHERE.get(file, ())
    ]
    assert found == []


def test_nothing_but_the_room_for_it_looks_names_up() -> None:
    found = [
        f"{file}:{node.lineno}: {name}"
        for file, tree in trees()
        if file not in ASKS_NAMES
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (name := getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in LOOK_UPS
    ]
    assert found == []


def test_nobody_waits_in_threads_that_others_share_or_that_keep_the_process_from_ending() -> None:
    found = [
        f"{file}:{node.lineno}: {name}"
        for file, tree in trees()
        if file != CALENDAR
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (name := getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in SHARED_THREADS
    ]
    assert found == []
