"""A table of an agent, as GETNEXT and GETBULK walk it."""

from collections.abc import Collection, Sequence

from monitor.probes.snmp.ber import Missing, Oid, Value, oid
from monitor.probes.snmp.messages import Binding
from monitor.probes.snmp.session import SilentError
from tests.told import said

AFTER = oid("1.3.6.1.2.1.99.1")  # where the agent's own tables have ended


class Table:
    """A well-behaved agent with these cells; tests make it misbehave."""

    def __init__(self, cells: dict[Oid, Value], most: int = 1_000) -> None:
        self.cells = dict(sorted([*cells.items(), (AFTER, 0)]))
        self.most = most
        self.asked = 0

    async def get(self, oids: Sequence[Oid]) -> list[Binding]:
        return [(name, self.cells.get(name, Missing.NO_INSTANCE)) for name in oids]

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        self.asked += 1
        answer: list[Binding] = []
        at = list(oids)
        for _ in range(repetitions):
            for place, name in enumerate(at):
                follows = next((key for key in self.cells if key > name), None)
                answer.append((follows, self.cells[follows]) if follows else (name, Missing.END))
                at[place] = answer[-1][0]
        return answer[: self.most]


class Mute(Table):
    """An agent that answers everything but a question that leads to one of these objects."""

    def __init__(self, cells: dict[Oid, Value], mute: Collection[Oid]) -> None:
        super().__init__(cells)
        self.mute = set(mute)
        self.unanswered = 0

    async def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> list[Binding]:
        answer = await super().get_bulk(oids, repetitions)
        if any(name in self.mute for name, _ in answer):
            self.unanswered += 1
            raise SilentError(said("no answer"))
        return answer
