"""What happens to a paper after its issue: status, retention, disposal, data subjects' requests."""
