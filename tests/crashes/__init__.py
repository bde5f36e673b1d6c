"""Processes killed at any instant, and what is found afterwards."""
