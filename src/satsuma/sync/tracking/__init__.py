"""Tracking: what clients of the public Segment HTTP tracking API send, as changes of the record.

`messages` reads one message, `values` its traits and properties, `shapes` reads at once those that are
alike, `changes` says what messages mean for contacts, accounts and interactions, `whose` which ids are of one
contact, and `tracker` commits the messages of concurrent requests together.
"""
