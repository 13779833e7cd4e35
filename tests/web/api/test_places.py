"""What the API says of sites, outages and events."""

import json

from tests.web.asking import ask
from tests.web.desk import Desk


async def test_the_old_path_of_the_status_leads_to_the_new_one(office: Desk, port: int) -> None:
    answer = await ask(port, "/api/status")
    assert (answer.status, answer.headers["location"]) == (308, "/api/v1/status")
    assert json.loads((await ask(port, "/api/v1/status")).body)["instance"] == office.live.instance
