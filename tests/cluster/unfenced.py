"""`upazila-monitor` whose transactions prove no lease: what the checker must find fault with.

``python -m tests.cluster.unfenced WORDS…``; `python -m tests.cluster --unfenced` runs its daemons so.
"""

from monitor.store import database


def main() -> None:
    """Runs the command, believing whatever this daemon believes of its leases."""
    setattr(database, "fence", lambda _session, _leases: None)  # noqa: B010

    from monitor.cli import main as run

    run()


if __name__ == "__main__":
    main()
