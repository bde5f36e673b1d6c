"""Long searches for inputs that break something; each also runs shortly with all tests."""
