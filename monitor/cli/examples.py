"""Examples of commands, as `--help` shows them. Each is a line for the shell; nothing here is in a language."""

from collections.abc import Mapping, Sequence

PROGRAM = "upazila-monitor"

EXAMPLES: Mapping[str, Sequence[str]] = {
    "run": ("--config /etc/upazila-monitor run",),
    "init": ("init", "--config office/config init --answers answers.toml"),
    "check": ("check", "check --json"),
    "doctor": ("doctor", "doctor --only mail --only snmp", "doctor --offline --json"),
    "reload": ("reload --timeout 30",),
    "status": ("status --watch", "status --json"),
    "outages": ("outages --open", "outages --limit 500 --json"),
    "events": ("events udc-juniadaha", "events --kind restarted"),
    "availability": ("availability udc-juniadaha --from 2026-11-01 --to 2026-12-01",),
    "charter": ("--lang bn charter",),
    "deadline": ("deadline --service 8 --from 2026-11-23T16:30",),
    "simulate": ("simulate --months 6 --from 2026-11-23T10:00",),
    "replay": ("replay samples.jsonl.zst --until 2026-12-24T10:00",),
    "discover": ("discover 10.77.4.0/24 --snmp access",),
    "import": ("import sites.xlsx",),
    "report": ("report --month 2026-11", "report --fiscal 2026-27 --format pdf,xlsx --out reports"),
    "ticket new": (
        'ticket new --service 8 --by phone --from "A teacher" --site lab-dharampur-girls --text "No internet"',
    ),
    "ticket ack": ('ticket ack 12 --text "A team is on the way" --until 2026-12-01T10:00',),
    "ticket show": ("ticket show 12", "ticket show BHR-2026-000012 --json"),
    "ticket resolve": ('ticket resolve 12 --text "The cable was spliced"',),
    "tickets export": ("tickets export --csv --output tickets.csv",),
    "outbox": ("outbox",),
    "outbox resend": ("outbox resend 31",),
    "outbox drop": ("outbox drop 31",),
    "notify explain": ("notify explain 12",),
    "maintenance add": (
        'maintenance add new-cable --text "A line is replaced" --behind backbone-north --minutes 240',
        'maintenance add weekly --text "Weekly work" --everywhere --days sunday --opens 02:00 --closes 04:00',
    ),
    "calendar month": ("calendar month 2026-12",),
    "calendar order": (
        'calendar order closed --date 2026-12-08 --en "Local holiday" --order 12/2026 --dated 2026-11-30 --dry-run',
    ),
    "calendar export": ("calendar export --output config/calendar.toml",),
    "audit verify": ("audit verify",),
    "audit list": ("audit list",),
    "backup create": ("backup create",),
    "backup verify": ("backup verify",),
    "user add": (
        "user add rahima --role officer --union juniadaha",
        "user add rahim --role admin --password-file word",
    ),
    "token add": ("token add prometheus --scope status:read --days 90",),
    "probe icmp": ("probe icmp 127.0.0.1",),
    "public export": ("public export public",),
    "clock trust": ("clock trust",),
}
"""By the words of the command: what is typed behind the program's name."""


def examples_of(words: Sequence[str]) -> list[str]:
    """Return the examples of the command of these words, whole lines for the shell."""
    return [f"{PROGRAM} {line}" for line in EXAMPLES.get(" ".join(words), ())]
