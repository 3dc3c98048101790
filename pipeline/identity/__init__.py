"""Identity: how people and clients prove who they are, and how they are let in, changed and shut out."""
