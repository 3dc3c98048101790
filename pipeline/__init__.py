"""The stages in order, settings, and the application put together."""
