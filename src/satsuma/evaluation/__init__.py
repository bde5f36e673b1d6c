"""The truth of conditions: the reference evaluator, which is the meaning, and SQL for engines."""
