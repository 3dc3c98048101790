"""Scanners of every kind behind one protocol, `models.ports.Scanner`: pages come one by one, faults by their name."""
