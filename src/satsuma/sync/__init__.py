"""Sync: files, and later other sources, into the record; and out of it to where results are used."""
