"""Tests of docs/: what is made out of the code, links and pictures, the commands that stand in it, and the site."""
