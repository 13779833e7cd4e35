"""The tokens of programs: given out, shown once, revoked; by real requests."""

import re

from tests.web.administrator import browser
from tests.web.desk import office
from tests.web.visiting import Browser

__all__ = ["browser", "office"]


def test_a_token_is_shown_once_and_revoked_for_ever(browser: Browser) -> None:
    made = browser.post("/tokens", name="district", scopes=["status:read", "audit:read"], days="30")
    token = re.search(r"<code>(upm_\w+)</code>", made.text)
    assert token
    assert token[1] not in browser.get("/tokens").text
    asked = browser.get("/api/v1/status", Authorization=f"Bearer {token[1]}", Cookie="")
    assert asked.status == 200
    assert browser.post("/tokens/district/revoke", drawn=browser.get("/tokens")).to == "/tokens"
    assert browser.get("/api/v1/status", Authorization=f"Bearer {token[1]}").status == 401
    for wrong in ({"name": "x1", "days": "400"}, {"name": "x1", "days": "soon"}, {"name": "district"}, {"name": "x 1"}):
        assert browser.post("/tokens", **{"scopes": "status:read", "days": "30", **wrong}).status == 422
    assert browser.post("/tokens", name="x1", days="30").status == 422, "it may nothing"
