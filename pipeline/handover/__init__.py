"""E-copies signed at the văn thư's own computer: handed over by one-time links, taken back, completed, issued."""
