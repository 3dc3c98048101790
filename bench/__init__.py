"""Benches: accuracy and speed in figures, one module a bench, run by `make bench-NAME`."""
