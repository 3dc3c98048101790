"""Papers of the extraction bench: layouts, wording and type apart from what the extractor was made on."""
