"""The vocabulary of ecopy: frozen types, states, identifiers, rule sets by date, errors, ports. No I/O."""
