"""Open a session with each device's agent, by the configured credentials."""

import logging
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.domain.log_events import LogEvent
from monitor.domain.reasons import ReasonCode, reason
from monitor.logs.emit import emit
from monitor.probes.snmp.client import Agent, V2cClient
from monitor.probes.snmp.exchange import Exchange
from monitor.probes.snmp.session import Session, SnmpError
from monitor.settings.secrets import Secret, SecretError, read_secret, secret_path
from monitor.settings.snmp_section import LEAST_KEY, Snmp

if TYPE_CHECKING:
    from monitor.probes.snmp.v3 import V3Client

log = logging.getLogger(__name__)
T = TypeVar("T")


class Agents:
    """The sessions' clients. On the running event loop from `open` to `close`.

    Relative paths of secrets start at ``home``.

    ``rejected``: datagrams that were no valid response, by reason.
    """

    def __init__(self, options: Snmp, home: Path, rejected: Counter[str] | None = None) -> None:
        self._options = options
        self._home = home
        self._exchange = Exchange(options.timeout_s, options.retries, rejected)
        self._v2c = V2cClient(self._exchange)
        self._communities: dict[str, Secret] = {}
        self._v3: dict[str, V3Client] = {}

    def open(self) -> None:
        """Read the secrets and open the sockets.

        A secret that cannot be read is logged, and only its devices go unread.
        """
        for name, community in self._options.v2c.items():
            with suppress(SecretError):
                self._communities[name] = self._secret(f"snmp.v2c.{name}.community_file", community.community_file)
        for name in self._options.v3:
            with suppress(SecretError):
                self._v3[name] = self._user(name)
        if self._options.v2c or self._v3:
            self._exchange.open()

    def close(self) -> None:
        """Close all sockets."""
        self._exchange.close()

    async def hold(self, conversation: Coroutine[Any, Any, T]) -> T:
        """Hold a conversation with agents: see `Exchange.hold`."""
        return await self._exchange.hold(conversation)

    def session(
        self,
        credential: str,
        address: IPv4Address | IPv6Address,
        port: int,
        source: IPv4Address | IPv6Address | None = None,
    ) -> Session:
        """Return a session with the agent there; raises SnmpError when the credential's secret could not be read.

        ``source``: the address its responses come from, where it differs from the one asked.
        """
        if credential in self._communities:
            return self._v2c.session(Agent(address, port, self._communities[credential]), source)
        if credential in self._v3:
            return self._v3[credential].session(address, port, source)
        raise SnmpError(reason(ReasonCode.SECRET_UNREADABLE, credential=credential))

    def community(self, credential: str) -> Secret | None:
        """Return the community of that name; None for a user of v3, and for one that could not be read."""
        return self._communities.get(credential)

    def v3(self, credential: str) -> "V3Client | None":
        """Return the client of the v3 user of that name."""
        return self._v3.get(credential)

    def _user(self, name: str) -> "V3Client":
        from monitor.probes.snmp.keys import Credential  # a quarter of a second, which only those pay who need it
        from monitor.probes.snmp.v3 import V3Client

        entry = self._options.v3[name]
        files = {"auth_key_file": entry.auth_key_file, "priv_key_file": entry.priv_key_file}
        auth_key, priv_key = (
            None if file is None else self._secret(f"snmp.v3.{name}.{key}", file, LEAST_KEY)
            for key, file in files.items()
        )
        credential = Credential(entry.user, entry.auth, auth_key, entry.priv, priv_key)
        return V3Client(self._exchange, credential)

    def _secret(self, key: str, file: Path, least: int = 1) -> Secret:
        """Read a secret.

        Errors name the key that names the file, because the file may hold the secret in an unexpected form.
        """
        path = secret_path(self._home, file)
        try:
            secret = read_secret(path, key)
        except SecretError as error:
            emit(log, LogEvent.SNMP_SECRET_UNREADABLE, "%s", error)
            raise
        if len(secret.reveal()) < least:
            text = "%s: shorter than agents accept. Expected at least %d characters"
            emit(log, LogEvent.SNMP_SECRET_SHORT, text, path, least, path=str(path))
        return secret
