"""Identify who asks: sessions, log-in, rights."""
