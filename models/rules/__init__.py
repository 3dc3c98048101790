"""Rule sets: the law as data, by date of effect."""
