"""One source for every dashboard, in Bangla and in English.

::

    words.py      what is said, in both languages
    scales.py     from where on a value means something: colour and words together
    queries.py    what Prometheus is asked, where several panels ask the same
    panels.py     kinds of panels, dressed alike; layout.py puts them on the grid
    morning.py  site.py  backbone.py  charter.py  itself.py      the dashboards
    writing.py    all of them as JSON files
    lint.py       what must be true of that JSON
"""
