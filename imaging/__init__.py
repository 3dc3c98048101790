"""Pixels: decode within budgets, quality, deskew, ink separation."""
