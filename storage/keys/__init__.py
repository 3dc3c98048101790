"""Master keys: in a file, in a token, behind a command; and the ring that knows several at once."""
