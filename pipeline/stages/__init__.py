"""The stages of the way of one document, one module each."""
