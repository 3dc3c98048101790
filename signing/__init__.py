"""Signs, time-stamps and verifies; keys never leave this room."""
