"""Paper to a safe receipt, on any link. Talks HTTP; nothing lives here yet."""
