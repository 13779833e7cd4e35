"""Model [storage] and [daemon] of config/monitor.toml: the state folder, the database, and one of several daemons."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, field_validator, model_validator

from monitor.domain.message import N_, message
from monitor.domain.text import has_controls
from monitor.settings.base import Model, PlainPath, SecretFile, matching

SCHEME = "postgresql+psycopg"
FORM = "postgresql+psycopg://USER@HOST:PORT/DATABASE"
TLS_MODES = ("verify-full", "verify-ca", "require", "disable")
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
ASKED = {"host", "port", "sslmode", "target_session_attrs", *FILES}
"""What may stand behind the '?': names of libpq's parameters."""

PASSWORD_KEY = "storage.password_file"
"""What errors call the file: its path may be the password itself, typed in its place."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database of a PostgreSQL server. ``url``: without a password, which is the first line of ``password_file``."""

    url: str
    password_file: Path | None = None

    @property
    def name(self) -> str:
        """Return what errors call it: 'DATABASE on HOST'."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2] or ", ".join(value for name, value in _asked(self.url) if name == "host")
        return f"{unquote(parts.path.strip('/'))} on {host}"


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an installation's database: a file below ``state``, or on ``server``."""

    state: Path
    server: Server | None = None


class Storage(Model):
    """Where the daemon keeps its state."""

    directory: PlainPath = Path("var")
    """Database, unsent mails and lock; relative to the folder that holds the config folder."""
    url: Annotated[str, Field(max_length=500)] = ""
    """The database on a PostgreSQL server: `postgresql+psycopg://USER@HOST/DATABASE`; empty: a file in `directory`."""
    password_file: SecretFile | None = None
    """A file whose first line is the password for `url`."""
    lease_s: Annotated[float, Field(ge=3, le=60)] = 6.0
    """With `url`: what a daemon does is another's so long after its last word, in seconds; the same for all daemons."""
    keep_days: Annotated[int, Field(ge=30, le=36_500)] = 1_095
    """Closed outages and sent notices are kept so long, in days."""
    backups: Annotated[int, Field(ge=0, le=365)] = 7
    """Nightly copies of the database that are kept."""
    record: Annotated[str, Field(max_length=500)] = ""
    """Where samples are written for `replay`, by strftime, such as `var/samples-%Y-%m-%d.jsonl.zst`; empty: nowhere."""
    record_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """All those files together, in megabytes; the oldest go first."""

    @field_validator("url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        return checked_url(url) if url else url

    @model_validator(mode="after")
    def _password_belongs(self) -> "Storage":
        if self.password_file is not None and not self.url:
            raise ValueError(message("password_file belongs to a url. Expected one, such as {form}", form=FORM))
        return self


class Daemon(Model):
    """[daemon]: one of those that work on the same database."""

    name: Annotated[
        str, Field(max_length=60), matching(r"[A-Za-z0-9._-]*", N_("letters, digits, '.', '_' and '-'"))
    ] = ""
    """Its name, by which the others and `/health` show it; empty: the machine's name and the state folder."""


def checked_url(url: str) -> str:
    """Return the address of a database on a server; raises ValueError, whose message never shows a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(message("is no address of a database. Expected {form}", form=FORM)) from None
    if parts.password is not None or any(name in {"password", "passfile"} for name, _ in _asked(url)):
        raise ValueError(message("holds a password. Expected none here, but a file with it as password_file"))
    if parts.scheme != SCHEME or port == 0 or parts.fragment or has_controls(url):
        raise ValueError(message("is no address of a database. Expected {form}", form=FORM))
    if not parts.username or not parts.path.strip("/") or "/" in parts.path.strip("/"):
        raise ValueError(message("lacks the user or the database. Expected {form}", form=FORM))
    asked = dict(_asked(url))
    if not parts.hostname and not asked.get("host"):
        raise ValueError(message("lacks the host. Expected {form}", form=FORM))
    for name in asked:
        if name not in ASKED:
            raise ValueError(
                message(
                    "has an unknown parameter {name!r}. Expected any of: {known}",
                    name=name,
                    known=", ".join(sorted(ASKED)),
                )
            )
    if (mode := asked.get("sslmode", TLS_MODES[0])) not in TLS_MODES:
        raise ValueError(message("has sslmode={mode}. Expected one of: {known}", mode=mode, known=", ".join(TLS_MODES)))
    for name in FILES:
        if name in asked and not Path(asked[name]).is_absolute():
            raise ValueError(message("has a relative {name}. Expected the whole path of a file", name=name))
    return url


def _asked(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
