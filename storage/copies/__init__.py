"""Objects and register held against each other, and their copies elsewhere: fixity, repair, backup, restore."""
