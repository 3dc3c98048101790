"""What the register keeps of batches: the files of an archive, what they are expected to be, and what became of them."""
