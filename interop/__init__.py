"""Portal, document axis, archive packages, indices. Grows on the pipeline; nothing lives here yet."""
