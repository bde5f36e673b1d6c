"""The customer-interaction database: everything that is stored, in one DuckDB file."""
