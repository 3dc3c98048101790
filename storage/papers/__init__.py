"""What is known of a paper: its parts, facts, corrections, and whether it may be used again."""
