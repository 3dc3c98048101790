"""What is known of papers, as people use it: recorded, reported, found, used again, corrected."""
