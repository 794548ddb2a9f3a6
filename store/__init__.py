"""What is remembered: SQLite records, migrations, one module per subject."""
