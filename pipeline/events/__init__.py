"""Telling those outside: webhooks and who manages them, deliveries, and where messages may go at all."""
