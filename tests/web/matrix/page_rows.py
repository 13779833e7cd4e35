"""What the pages answer to whom."""

from tests.web.matrix.rows import EVERYBODY, OFFICER, VIEWER, Row

PAGES = (
    Row("GET", "/metrics", EVERYBODY),
    Row("GET", "/healthz", EVERYBODY),
    Row("GET", "/readyz", EVERYBODY),
    Row("GET", "/api/status", EVERYBODY, done=308),
    Row("GET", "/static/{name}", EVERYBODY, "/static/console.css"),
    Row("GET", "/", VIEWER, far=200),
    Row("GET", "/stream", VIEWER, far=200),
    Row("GET", "/alive", VIEWER, far=200),
    Row("GET", "/sites/{id}", VIEWER, "/sites/{site}", far=404),
    Row("GET", "/sites/{id}/label", VIEWER, "/sites/{site}/label", far=404),
    Row("POST", "/sites/{id}/note", OFFICER, "/sites/{site}/note", {"text": "The key is upstairs"}, done=303, far=404),
    Row("POST", "/sites/{id}/probe", OFFICER, "/sites/{site}/probe", done=303, far=404),
    Row("POST", "/sites/{id}/trace", OFFICER, "/sites/{site}/trace", done=303, far=404),
    Row("GET", "/sites", VIEWER),
)
