"""A seeded demo workspace: an outdoor shop, its contacts, and two years of what they did."""
