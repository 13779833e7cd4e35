"""An installation with a canary in every place of its configuration where a secret belongs or can be typed.

Beside it servers on loopback that refuse everything and repeat what they were sent, in each form: so whatever a program
could tell of a secret, it is given to tell.
"""

import json
import re
import socket
import ssl
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import unquote

import monitor.configuration
from monitor.settings.base import Model, SecretFile
from tests.doctor.installation import Installation
from tests.lab.mail import Certificate
from tests.net.bad_servers import page, server

FILES = {
    "Mail.password_file": "canary-of-mail",
    "Storage.password_file": "canary-of-storage",
    "Web.key": "",  # what stands in the key itself
    "Helpdesk.token_file": "canary-of-desk",
    "GlpiSection.app_token_file": "canary-of-app",
    "V2cEntry.community_file": "canary-of-v2c",
    "V3Entry.auth_key_file": "canary-of-auth",
    "V3Entry.priv_key_file": "canary-of-priv",
    "AppriseRecipient.url_file": "canary-of-apprise",
    "Gateway.secret_files": "canary-of-sms",
}
"""For each key whose value is the path of a file with a secret, by model and key, the secret in it."""

URLS = {
    "AlertmanagerRecipient.url": "canary-of-alerts",
    "Heartbeat.url": "canary-of-heartbeat",
    "HttpCheck.url": "canary-of-page",
}
"""The keys with a URL that may carry a secret; every other one refuses user and password."""

COMMENT, QUERY = "canary-of-comment", "canary-of-query"


def secret_keys() -> set[str]:
    """All keys of all models that name a file with a secret, each as MODEL.KEY."""
    return {key for key, (model, name) in _keys().items() if _is_secret(model, name)}


def keys_called(*words: str) -> set[str]:
    """All keys of all models in whose name one of these words is."""
    return {key for key, (_model, name) in _keys().items() if any(word in name.split("_") for word in words)}


def _keys() -> dict[str, tuple[type[Model], str]]:
    assert monitor.configuration.KINDS, "it has imported every model"
    models, waiting = set[type[Model]](), [Model]
    while waiting:
        found = [each for each in waiting.pop().__subclasses__() if each.__module__.startswith("monitor.")]
        models |= {*found}
        waiting += found
    return {
        f"{each.__name__}.{name}": (each, name)
        for each in models
        for name in each.__annotations__
        if name in each.model_fields
    }


def _is_secret(model: type[Model], name: str) -> bool:
    known = model.model_fields[name]
    (mark,) = SecretFile.__metadata__  # type: ignore[attr-defined]
    return mark in known.metadata or _carries(known.annotation, mark)


def _carries(annotation: Any, mark: object) -> bool:
    if get_origin(annotation) is Annotated and mark in annotation.__metadata__:
        return True
    return any(_carries(part, mark) for part in get_args(annotation))


@dataclass
class Planted:
    """``canaries``: all of them; ``home``: what the installation is in."""

    home: Path
    canaries: dict[str, str] = field(default_factory=dict)

    def found_in(self, text: str) -> list[str]:
        """The canaries that stand in ``text``, by their keys."""
        return [key for key, canary in self.canaries.items() if canary in text]

    def files_with_one(self) -> list[str]:
        """The files below ``home`` in which one stands, but where it was typed."""
        typed = {self.home / "secrets", self.home / "config"}
        return [
            f"{path.relative_to(self.home)}: {key}"
            for path in self.home.rglob("*")
            if path.is_file() and not typed & {*path.parents}
            for key, canary in self.canaries.items()
            if canary.encode() in path.read_bytes()
        ]


def _on_loopback() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def planted(home: Path, listening: Callable[[], socket.socket] = _on_loopback) -> Iterator[Planted]:
    """The shipped installation in ``home``, its servers on loopback, with all canaries in their places.

    ``listening``: opens a socket of a server there.
    """
    office = Installation.made_in(home)
    (home / "secrets").mkdir()
    own = Certificate.made_in(home / "secrets", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)

    def repeat(connection: socket.socket, _: str) -> None:
        _repeat_request(connection, web.asked[-1])

    login = _repeat_login(context)
    with server(repeat, listening=listening()) as web, server(login, reads=False, listening=listening()) as mail:
        found = Planted(home, {**FILES, **URLS, "a comment": COMMENT, "a query": QUERY})
        found.canaries["Web.key"] = own.key.read_text().splitlines()[1][:40]
        own.key.chmod(0o600)
        _configure(office, Path("secrets"), web.port, mail.port)
        yield found


def _configure(office: Installation, secrets: Path, web: int, mail: int) -> None:
    def secret(key: str, value: str = "{}") -> str:
        name = str(secrets / FILES[key])
        office.secret(name, value.format(FILES[key]))
        return name

    at = f"127.0.0.1:{web}"
    office.configure("monitor.toml", "mail", host="127.0.0.1", port=mail, security="tls", username="monitor",
                     sender="monitor@office.example", password_file=secret("Mail.password_file"),
                     ca_file=str(secrets / "mail-server.crt"), timeout_s=2.0)  # fmt: skip
    office.configure("monitor.toml", "web", certificate=str(secrets / "mail-server.crt"),
                     key=str(secrets / "mail-server.key"), listen="127.0.0.1:0")  # fmt: skip
    office.configure("monitor.toml", "helpdesk", kind="glpi", url=f"http://{at}", user="monitor", queue="0",
                     token_file=secret("Helpdesk.token_file"), timeout_s=2.0,
                     app_token_file=secret("GlpiSection.app_token_file"))  # fmt: skip
    office.configure("monitor.toml", "snmp.v2c.core", community_file=secret("V2cEntry.community_file"))
    auth, priv = secret("V3Entry.auth_key_file"), secret("V3Entry.priv_key_file")
    office.configure("monitor.toml", "snmp.v3.signed", user="monitor", auth="SHA-256", auth_key_file=auth,
                     priv="AES-128", priv_key_file=priv)  # fmt: skip
    url = f"json://u:{{0}}@{at}/{{0}}"
    office.configure("monitor.toml", "recipients.chat", channel="apprise",
                     url_file=secret("AppriseRecipient.url_file", url))  # fmt: skip
    office.configure("monitor.toml", "recipients.alerts", channel="alertmanager",
                     url=f"http://am:{URLS['AlertmanagerRecipient.url']}@{at}/")  # fmt: skip
    office.configure("monitor.toml", "channels.sms.http", url=f"http://{at}/raw", send_as="query",
                     fields={"k": "{key}", "to": "{number}", "text": "{text}"},
                     secret_files={"key": secret("Gateway.secret_files")})  # fmt: skip
    office.configure("monitor.toml", "recipients.phone", channel="sms", phone="+8801711000000")
    office.configure("monitor.toml", "heartbeat", url=f"http://{at}/{URLS['Heartbeat.url']}", interval_s=5.0)
    canary = URLS["HttpCheck.url"]
    for path in ("page", "raw", "led"):  # which the server refuses each in its own way
        office.configure("sites.toml", f"sites.backbone-north.services.{path}", kind="http",
                         url=f"http://me:{canary}@{at}/{path}?key={QUERY}")  # fmt: skip
    with (office.config / "monitor.toml").open("a", encoding="utf-8") as file:
        file.write(f"# password = {COMMENT}\n")
    secret("Storage.password_file")  # named only by `on_server`


def on_server(planted: Planted, url: str) -> None:
    """Configures a database on a server that is not there."""
    name = f"secrets/{FILES['Storage.password_file']}"
    Installation(planted.home).configure("monitor.toml", "storage", url=url, password_file=name)


def _repeat_request(connection: socket.socket, head: str) -> None:
    """Refuse it, with all that came, in the clear: as JSON, below /raw as no answer, below /led as a way to nowhere."""
    if " /raw" in head:
        connection.sendall(f"ERR {head.split()[1]}\r\n".encode())
        return
    proofs = [b64decode(proof).decode() for proof in re.findall(r"Basic (\S+)", head)]
    if " /led" in head:
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: ftp://{proofs[0]}@x{head.split()[1]}\r\n\r\n".encode())
        return
    body = json.dumps(["ERROR", f"{proofs} {head}", unquote(head)])
    connection.sendall(page(body.encode(), status="403 Forbidden"))


def _repeat_login(context: ssl.SSLContext) -> Any:
    def answer(connection: socket.socket, _: str) -> None:
        with suppress(OSError, ssl.SSLError, ValueError), context.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(b"220 odd\r\n")
            for line in secured.makefile("rb"):
                if line.upper().startswith((b"EHLO", b"HELO")):
                    secured.sendall(b"250-odd\r\n250 AUTH PLAIN\r\n")
                elif line.upper().startswith(b"AUTH"):
                    plain = b64decode(line.split()[-1]).replace(b"\0", b"/")
                    secured.sendall(b"535 5.7.8 no: " + line.strip() + b" is " + plain + b"\r\n")
                else:
                    secured.sendall(b"221 bye\r\n")

    return answer


ACCEPTED = "a secret in its file's place"
"""The fault that is only warned of: a path that leads nowhere yet is accepted, and so kept in the copy in force."""


def spoilt(text: str) -> Mapping[str, str]:
    """The text of a monitor.toml with a fault beside its secrets, of several kinds."""
    return {
        "a neighbour's value": text.replace('security = "tls"', 'security = "none!"'),
        "a neighbour's key": text.replace("[snmp.v2c.core]", '[snmp.v2c.core]\nport = "x"'),
        "a quote that is missing": text.replace('password_file = "secrets', "password_file = secrets"),
        "a table twice": f"{text}\n[mail]\n",
        ACCEPTED: text.replace('"secrets/canary-of-mail"', '"canary-of-mail"'),
        "a secret as a key": text.replace("[snmp.v2c.core]", '[snmp.v2c.core]\ncommunity = "canary-of-v2c"'),
        "a URL that is none": text.replace("http://am:", "htp://am:"),
    }
