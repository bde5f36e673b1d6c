"""Insights: what the data and the segments look like: records, timelines, growth, overlap, breakdowns."""
