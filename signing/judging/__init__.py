"""Judging signatures of files, ours strictly and others' by the ETSI levels."""
