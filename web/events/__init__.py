"""Events over HTTP: the feed, webhooks, and the service that delivers."""
