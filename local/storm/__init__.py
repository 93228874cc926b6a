"""A storm of tickets: what is posted (`tickets`), how it is posted and read (`drive`), what it came to (`outcome`)."""
