"""The endpoints of `/api/v1`, a module an area."""
