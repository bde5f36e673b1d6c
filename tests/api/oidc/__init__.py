"""A provider of sign-ins, and a browser's way through it."""
