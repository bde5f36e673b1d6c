"""What a change does to live segments: which are live, in what order they follow, and the signed deltas."""
