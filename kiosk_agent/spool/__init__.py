"""What was scanned and is not at the server yet: sealed pages in files, an index over them, nothing that a thief could read."""
