"""Ingestion over HTTP: the public Segment tracking API, for its client libraries to be pointed here."""
