"""What a question asks: its words, its names, its kind, and whether two ask the same. Text in, text out; no model."""
