"""Define a session with an SNMP agent, whatever version it speaks, and its errors.

::

    SnmpError
    ├── SilentError       no response
    ├── GarbledError      a datagram came that is no valid response
    ├── CredentialsError  the agent is alive and refuses these credentials
    └── AgentError        the agent responded with an error status
"""

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.reasons import Reason, ReasonCode, reason
from monitor.i18n.reasons import reason_text
from monitor.probes.snmp.ber import Oid
from monitor.probes.snmp.messages import Binding

STATUS = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    4: "readOnly",
    5: "genErr",
    6: "noAccess",
    16: "authorizationError",
}
AUTHORIZATION_ERROR = 16


class SnmpError(Exception):
    """The agent could not be read; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason

    def __str__(self) -> str:
        return reason_text(self.reason, "en")


class SilentError(SnmpError):
    """No response came. Over v2c a wrong community looks exactly like this."""


class GarbledError(SnmpError):
    """A datagram came that is no valid response; ``reason`` says what is wrong with the last one."""


class CredentialsError(SnmpError):
    """The agent refuses these credentials: it is alive."""


class AgentError(SnmpError):
    """The agent responded with an error status (RFC 3416), about the binding ``index`` (from 1; 0: about none)."""

    def __init__(self, status: int, index: int) -> None:
        super().__init__(reason(ReasonCode.SNMP_AGENT_SAYS, status=STATUS.get(status, f"error {status}")))
        self.status = status
        self.index = index


def refusal(status: int, index: int) -> AgentError | CredentialsError:
    """Return the error for a response's status, which is not 0."""
    if status == AUTHORIZATION_ERROR:
        return CredentialsError(reason(ReasonCode.SNMP_MAY_NOT_READ))
    return AgentError(status, index)


def exactly(bindings: list[Binding], oids: Sequence[Oid]) -> list[Binding]:
    """Return the bindings of these objects, without others that an agent may have added."""
    if [name for name, _ in bindings] == oids:
        return bindings
    return [binding for binding in bindings if binding[0] in oids]


class Session(Protocol):
    """One agent to request objects from. All methods raise SnmpError."""

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """Return the values of exactly these objects."""

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """Return up to so many objects after each of them, row by row; an agent may return fewer."""
