"""What papers come in for, as people work on it: dossiers, lots, procedures."""
