"""The counter's flow (ND118 Art. 17): dossier, holder, what is there already, what has to be scanned, the clerk's signature."""
