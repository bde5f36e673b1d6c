"""Public pages: what people see who follow a personal link, or fill in a form; no sign-in, no JavaScript."""
