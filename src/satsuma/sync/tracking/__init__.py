"""Tracking: what clients of the public Segment HTTP tracking API send, as changes of the record.

`messages` reads one message, `values` its traits and properties, `changes` says what messages mean for
contacts, accounts and interactions, and `tracker` commits those of concurrent requests together.
"""
