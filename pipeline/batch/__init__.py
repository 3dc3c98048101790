"""Batches: whole archives taken in by a plan, each file exactly once, with a report of what became of every one."""
