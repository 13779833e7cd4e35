"""Register the kinds of help desks by their name in monitor.toml. A new kind is one file and one line here."""

from collections.abc import Mapping
from pathlib import Path

from monitor.alerts.helpdesks import glpi, rt, zammad
from monitor.alerts.helpdesks.base import Helpdesk
from monitor.alerts.helpdesks.rest import Access, DeskKind
from monitor.domain.message import message
from monitor.domain.text import is_plain_ascii
from monitor.net.deadline import Cancellation
from monitor.settings.helpdesk_section import Helpdesk as Section
from monitor.settings.secrets import Secret, SecretError, read_secret

DESKS: Mapping[str, DeskKind] = {
    "rt": rt.RT,
    "zammad": zammad.ZAMMAD,
    "glpi": glpi.GLPI,
}


def open_desk(section: Section, home: Path, cancellation: Cancellation | None = None) -> Helpdesk:
    """Open the help desk that the configuration names; raises SecretError when its token cannot be read.

    ``cancellation``: ends its requests at once.
    """
    if section.token_file is None:
        raise SecretError(message("there is no token_file for the help desk. Expected one in monitor.toml [helpdesk]"))
    access = Access(
        url=section.url,
        queue=section.queue,
        user=section.user,
        token=_token("token_file", home / section.token_file),
        further={key: _token(key, home / file) for key, file in section.secrets if key != "token_file"},
        ca_file=home / section.ca_file if section.ca_file else None,
        timeout_s=section.timeout_s,
        cancellation=cancellation or Cancellation(),
    )
    return DESKS[section.kind].open(access)


def _token(key: str, file: Path) -> Secret:
    """Read the token; errors name the key, never the path: it may be the token itself."""
    secret = read_secret(file, f"helpdesk.{key}")
    if not is_plain_ascii(secret.reveal()):
        raise SecretError(message("helpdesk.{key}: its first line is no token. Expected plain ASCII", key=key))
    return secret
