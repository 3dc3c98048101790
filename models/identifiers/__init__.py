"""Identifiers of persons, agencies and documents: pure functions, no I/O."""
