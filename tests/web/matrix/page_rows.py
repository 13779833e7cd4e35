"""What the pages answer to whom."""

from tests.web.matrix.rows import EVERYBODY, VIEWER, Row

PAGES = (
    Row("GET", "/metrics", EVERYBODY),
    Row("GET", "/healthz", EVERYBODY),
    Row("GET", "/readyz", EVERYBODY),
    Row("GET", "/api/status", EVERYBODY, done=308),
    Row("GET", "/static/{name}", EVERYBODY, "/static/console.css"),
    Row("GET", "/", VIEWER, far=200),
    Row("GET", "/stream", VIEWER, far=200),
    Row("GET", "/alive", VIEWER, far=200),
)
