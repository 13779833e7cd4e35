"""Write the sections of docs/ on every registered check, channel, help desk and log event, for `scripts/docs`."""

import logging
import sys
from pathlib import Path

from monitor.alerts.channels.registry import CHANNELS
from monitor.alerts.helpdesks.registry import DESKS
from monitor.domain.log_events import LogEvent
from monitor.probes.checks.checks import CHECKS
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.key_docs import as_markdown, own_keys, tables
from monitor.settings.notices_section import RecipientEntry

BEGIN, END = "<!-- Made by scripts/docs from {}. Change it there. -->", "<!-- End of what scripts/docs made. -->"


def checks() -> str:
    """Return how each kind of check works, with its keys."""
    return "\n\n".join(
        f"## {kind.title} (`{name}`)\n\n{kind.doc}\n\n{as_markdown(kind.settings, own_keys(kind.settings))}"
        for name, kind in CHECKS.items()
    )


def channels() -> str:
    """Return each channel with the keys of its recipients and of its own section.

    Then the keys that all recipients have.
    """
    parts = []
    for name, kind in CHANNELS.items():
        keys = as_markdown(kind.recipient, own_keys(kind.recipient))
        parts += [f'### {kind.title} (`channel = "{name}"`)', kind.doc, "In `[recipients.NAME]`:", keys]
        if kind.section is not None:
            parts += [f"In `[channels.{name}]`:", as_markdown(kind.section, own_keys(kind.section))]
            for key, table in tables(kind.section).items():
                parts += [f"In `[channels.{name}.{key}]`:", as_markdown(table, [*table.model_fields])]
    every = as_markdown(RecipientEntry, own_keys(RecipientEntry))
    return "\n\n".join([*parts, "### What every reader may have (`[recipients.NAME]`)", every])


def helpdesks() -> str:
    """Return what every help desk receives, and what is peculiar to each kind."""
    parts = [as_markdown(Helpdesk, own_keys(Helpdesk))]
    for name, kind in DESKS.items():
        parts += [f'### {kind.title} (`kind = "{name}"`)', kind.doc]
        if own := own_keys(kind.settings):
            parts.append(as_markdown(kind.settings, own))
    return "\n\n".join(parts)


def log_events() -> str:
    """Return every event of the log, with its level, its fields, its meaning and what an operator does."""
    rows = [
        f"| `{event.code}` | {logging.getLevelName(event.level).lower()} | {_fields(event)} | {event.meaning} "
        f"| {event.action} |"
        for event in LogEvent
    ]
    return "\n".join(["| Event | Level | Fields | Meaning | What to do |", "|---|---|---|---|---|", *rows])


def _fields(event: LogEvent) -> str:
    return ", ".join(f"`{name}`" for name in event.fields) or "–"


PAGES = {
    "checking-services.md": ("monitor/probes/checks/", checks),
    "notices.md": ("monitor/alerts/channels/", channels),
    "helpdesks.md": ("monitor/alerts/helpdesks/", helpdesks),
    "logs.md": ("monitor/domain/log_events.py", log_events),
}


def page(name: str, text: str) -> str:
    """Return a page of docs/: ``text`` with the generated parts in it; raises ValueError without a place for them."""
    source, made = PAGES[name]
    begin = BEGIN.format(source)
    before, found, rest = text.partition(begin)
    _, end, after = rest.partition(END)
    if not (found and end):
        raise ValueError(f"{name} has no place for what is made from {source}. Expected '{begin}' and '{END}'")
    return f"{before}{begin}\n\n{made()}\n\n{end}{after}"


if __name__ == "__main__":
    for name in PAGES:
        file = Path(sys.argv[1]) / name
        file.write_text(page(name, file.read_text(encoding="utf-8")), encoding="utf-8")
