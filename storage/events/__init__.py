"""What is told to those outside: the outbox, the feed, webhooks and their deliveries."""
