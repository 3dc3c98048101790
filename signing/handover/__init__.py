"""Signing at the officer's own computer: what is handed over comes back signed, and is taken only if nothing else changed."""
