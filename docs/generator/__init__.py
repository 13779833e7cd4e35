"""docs/architecture.md and its picture, out of the code: `scripts/docs` writes them.

::

    rooms.py         the floors that pyproject.toml names, what each room imports, which threads it makes
    drawing.py       the picture of them. Pure
    ways.py          the way of one sample and of one complaint: sentences whose names must be there in the code
    architecture.py  the page of all that

`runbook.py` writes the words that the sections of docs/runbook.md are about, in each language.
"""
