"""The audit trail as people use it, and its weekly review."""
