"""Real servers for tests: PostgreSQL and an S3 store, started once a test process in a temporary folder."""
