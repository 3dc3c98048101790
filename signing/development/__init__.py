"""The keys and certificates of the embedded mode, without legal value."""
