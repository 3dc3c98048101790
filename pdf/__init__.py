"""Hostile files are judged in a child process; pages come out one by one; PDF/A is written."""
