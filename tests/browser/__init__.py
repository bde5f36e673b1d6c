"""The console in a browser, against a real server and a small seeded workspace."""
