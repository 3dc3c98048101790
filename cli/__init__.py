"""The `ecopy` command; every import beyond typer is made where it is used."""
