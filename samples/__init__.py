"""Seeded generator of synthetic Vietnamese papers with exact ground truth."""
