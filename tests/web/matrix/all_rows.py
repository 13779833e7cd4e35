"""All routes, of pages and API."""

from tests.web.matrix.api_rows import API
from tests.web.matrix.page_rows import PAGES
from tests.web.matrix.user_rows import LAST, USERS

ROWS = (*PAGES, *USERS, *API, *LAST)
