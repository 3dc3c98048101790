"""Uploads in pieces: their rows in the register, their bytes on the way, and the keys that receipts are signed with."""
