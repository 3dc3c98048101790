"""A page image becomes a reading: regions, lines, words, boxes 0–1, confidence, engine."""
