"""A reading becomes a typed document: class, fields, confidence, evidence."""
