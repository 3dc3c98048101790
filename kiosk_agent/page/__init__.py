"""The counter's page: what the clerk sees and does, in the browser of this computer."""
