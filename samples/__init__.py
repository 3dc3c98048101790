"""Synthetic Vietnamese papers with exact ground truth; every person, number and address is invented."""
