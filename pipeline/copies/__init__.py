"""The stores of this installation: their keys and locks, checks and repair, backups and the way back."""
