"""Quality as the archive's circulars ask for it: lots accepted on a sample, and what is odd about their pages, counted."""
