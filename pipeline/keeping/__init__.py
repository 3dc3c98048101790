"""What happens to papers after their issue: status, destruction, data subjects' requests."""
