"""Machine-readable codes understood: raw bytes become checked values, and are held against the print."""
