"""Say things in each language: catalogues, terms, digits, dates, durations, lists, sorting."""
