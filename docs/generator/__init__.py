"""What of the docs is made out of the code (`scripts/docs` writes it), and the site of all of them.

::

    rooms.py         the floors that pyproject.toml names, what each room imports, which threads it makes
    drawing.py       the picture of them. Pure
    ways.py          the way of one sample and of one complaint: sentences whose names must be there in the code
    architecture.py  the page of all that
    commands.py      every command; words.py: the catalogues
    config_keys.py   every key of the configuration, with examples.toml where the shipped files show none
    api_paths.py     every path of the API
    contents.py      links, headings and code of a page, and the list of pages in docs/README.md. Pure
    site.py          the docs as a site (`scripts/site`)
    runbook.py       the words that the sections of docs/runbook.md are about, in each language
"""
