"""What the API answers to whom."""

from tests.web.matrix.rows import EVERYBODY, VIEWER, Row

STATUS, TICKETS = "status:read", "tickets:read"

API = (
    Row("GET", "/api/v1/openapi.json", EVERYBODY),
    Row("GET", "/api/v1/docs", EVERYBODY),
    Row("GET", "/api/v1/status", VIEWER, far=200, scope=STATUS),
    Row("GET", "/api/v1/health", VIEWER, far=200, scope=STATUS),
    Row("GET", "/api/v1/charter", VIEWER, far=200, scope=STATUS),
    Row("GET", "/api/v1/deadline", VIEWER, "/api/v1/deadline?service=8&from=2026-11-24T09:00", far=200, scope=STATUS),
    Row("GET", "/api/v1/calendar/{month}", VIEWER, "/api/v1/calendar/2026-11", far=200, scope=STATUS),
    Row("GET", "/api/v1/events", VIEWER, far=200, scope=STATUS),
    Row("GET", "/api/v1/sites", VIEWER, far=200, scope=STATUS),
    Row("GET", "/api/v1/sites/{site_id}", VIEWER, "/api/v1/sites/{site}", far=404, scope=STATUS),
    Row(
        "GET",
        "/api/v1/sites/{site_id}/availability",
        VIEWER,
        "/api/v1/sites/{site}/availability",
        far=404,
        scope=STATUS,
    ),
    Row("GET", "/api/v1/sites/{site_id}/timeline", VIEWER, "/api/v1/sites/{site}/timeline", far=404, scope=STATUS),
    Row("GET", "/api/v1/outages", VIEWER, far=200, scope=STATUS),
    Row("GET", "/api/v1/outages/{number}", VIEWER, "/api/v1/outages/{outage}", far=404, scope=STATUS),
    Row("GET", "/api/v1/tickets", VIEWER, far=200, scope=TICKETS),
    Row("GET", "/api/v1/tickets/{number}", VIEWER, "/api/v1/tickets/{ticket}", far=404, scope=TICKETS),
    Row("GET", "/api/v1/tickets/{number}/history", VIEWER, "/api/v1/tickets/{ticket}/history", far=404, scope=TICKETS),
)
