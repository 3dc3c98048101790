"""What an operator sees of a running program: logs, figures, health, and the live view over all machines."""
