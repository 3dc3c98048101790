"""Watched folders: what production scanners put there comes in by itself."""
