"""What a conversation with an SNMP agent is, whatever version it speaks, and how it goes wrong.

::

    SnmpError
    ├── SilentError       nothing came
    ├── GarbledError      something came that is no answer that counts
    ├── CredentialsError  the agent lives and does not accept these credentials
    └── AgentError        the agent answered with an error status
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
    """No answer came. Over v2c a wrong community looks exactly like this."""


class GarbledError(SnmpError):
    """Something came and was no answer that counts; ``reason`` says what was wrong with the last of it."""


class CredentialsError(SnmpError):
    """The agent answered that it does not accept these credentials: it is alive."""


class AgentError(SnmpError):
    """The agent answered with an error status (RFC 3416), about the binding ``index`` (from 1; 0: about none)."""

    def __init__(self, status: int, index: int) -> None:
        super().__init__(reason(ReasonCode.SNMP_AGENT_SAYS, status=STATUS.get(status, f"error {status}")))
        self.status = status
        self.index = index


def refusal(status: int, index: int) -> AgentError | CredentialsError:
    """The error for an answer's status, which is not 0."""
    if status == AUTHORIZATION_ERROR:
        return CredentialsError(reason(ReasonCode.SNMP_MAY_NOT_READ))
    return AgentError(status, index)


class Session(Protocol):
    """One agent, ready to be asked. All raise SnmpError."""

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        """The values of these very objects."""

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        """What follows each of them, up to so often, row by row; an agent may cut the list short."""
