"""The server: serves a workspace over HTTP, and over a socket to callers on the same machine."""
