"""Objects, register and audit; nothing acknowledged is lost."""
