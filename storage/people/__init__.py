"""Whom papers are about, and who acts."""
