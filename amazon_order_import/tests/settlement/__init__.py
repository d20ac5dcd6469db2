"""Settlements: from the file to the entry."""
