"""How long the proof in a signed file holds, and giving it another time-stamp before it ends."""
