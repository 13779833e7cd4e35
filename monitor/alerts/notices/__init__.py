"""Write notices, and decide who gets them and when."""
