"""The assistant for other programs: an OpenAI-compatible HTTP API on the port of the page."""
