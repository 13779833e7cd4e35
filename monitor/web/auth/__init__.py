"""Know who asks the console: sessions and their cookie, forms of our own, log-in, and the pages about users."""
