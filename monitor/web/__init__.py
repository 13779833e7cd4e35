"""The page and the scrape over HTTP. Reads only."""
