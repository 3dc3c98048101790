"""What papers come in for: procedures, dossiers with their components, archive lots."""
