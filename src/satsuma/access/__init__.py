"""Who may do what: people, sessions, roles, keys, and the log of what they did."""
