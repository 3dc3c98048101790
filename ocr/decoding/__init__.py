"""From what an engine saw to what it says: characters, words, alternatives and confidences that keep their word."""
