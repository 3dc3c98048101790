"""Time-stamps (RFC 3161): who gives them, and what one is worth."""
