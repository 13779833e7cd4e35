"""The walk along the hash chain, for programs."""

import threading

import pytest

from monitor.domain.api_scopes import AUDIT_READ
from monitor.store import audit_chain
from monitor.store.audit_chain import Audit
from monitor.store.session import Session
from monitor.web.api import verification
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk


async def test_a_walk_that_takes_long_goes_on_and_is_told_to_who_comes_back(
    office: Desk, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "WAIT_S", 0.2)
    go_on, walks = threading.Event(), []

    def walk(session: Session) -> Audit:
        walks.append(session)
        assert go_on.wait(10)
        return Audit(7, "abc", "")

    monkeypatch.setattr(audit_chain, "verify", walk)
    token = token_for(office, AUDIT_READ)
    for _ in range(2):
        early = await call(port, "/audit/verify", token=token)
        assert (early.status, early.problem, early.headers["retry-after"]) == (503, "busy", "6")
    go_on.set()
    said = await call(port, "/audit/verify", token=token)
    assert (said.status, said.document["entries"], len(walks)) == (200, 7, 1)
    await call(port, "/audit/verify", token=token)
    assert len(walks) == 2  # each new question is a new walk
