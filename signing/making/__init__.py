"""Making signatures: the file, the signature's look, and the proof that certificates were good."""
