"""The audit trail: chained, time-stamped, checked, exported."""
