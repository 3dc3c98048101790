"""Certificates of office: who may sign for whom here, and the two persons behind an e-copy."""
