"""Verification of any PDF: judged in a child process, told to people and machines in reports."""
