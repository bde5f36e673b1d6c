"""The console's own tests, its size, and that a wheel holds it."""
