"""The API as its own document describes it: every path with generated requests, by every scope."""

import itertools
import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from monitor.alerts.cases import actions
from monitor.alerts.cases.complaints import Request
from monitor.domain.api_scopes import ADMIN, SCOPES
from monitor.store.work import Work
from monitor.web.app import make_app
from tests.lab.waiting import patient
from tests.web.api.calling import token_for
from tests.web.desk import Desk
from tests.web.serving import Serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3  # of each path and method
LONG_REQUESTS = int(os.environ.get("API_REQUESTS", "1000000"))


@pytest.fixture
def url(office: Desk) -> Iterator[str]:
    """Where an office with an outage and a complaint is served."""
    office.goes_down("udc-juniadaha")
    with office.store.write() as session:
        request = Request("citizen:8", "phone", "Rahima", "ইন্টারনেট নেই", office.clock.utc(), site="udc-juniadaha")
        actions.register(Work(session, office.office, office.clock.utc(), "an officer", via="cli"), request)
    app = make_app(office.live, office.exposition, office.store, lambda: office.settings, office.ages, office.clock)
    with Serving(app) as server:
        yield f"http://127.0.0.1:{server.port}/api/v1"


def tried(office: Desk, url: str, examples: int) -> int:
    """Try every operation with so many generated requests, by all scopes in turn; return how many requests it were."""
    everything = token_for(office, ADMIN)
    by_turns = [token for scope in SCOPES for token in (everything, token_for(office, scope))]
    tokens = itertools.cycle([*by_turns, everything, ""])
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    asked = itertools.count()

    def trial(strategy: st.SearchStrategy[Any]) -> Callable[[], None]:
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=examples == EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def run(case: Any) -> None:
            office.clock.advance(1)  # who asks ten times a second is told to wait
            token = next(tokens)
            next(asked)
            answer = case.call(headers={"authorization": f"Bearer {token}"} if token else {}, timeout=patient(10))
            assert answer.elapsed < 5  # of a busy machine; a second of a calm one
            case.validate_response(answer, checks=CHECKS)

        return run

    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the generator
            trial(operation.as_strategy())()
    return next(asked)


def test_every_answer_to_every_scope_is_as_the_document_says_and_none_is_a_fault(office: Desk, url: str) -> None:
    assert tried(office, url, EXAMPLES) > 50


@pytest.mark.long
@pytest.mark.timeout(24 * 3_600)
def test_a_million_generated_requests_meet_no_fault(office: Desk, url: str) -> None:
    assert tried(office, url, LONG_REQUESTS // 35) > LONG_REQUESTS / 2
