"""Kiosks: how they join, what they are ordered, what they tell of themselves, and the scans that they seal."""
