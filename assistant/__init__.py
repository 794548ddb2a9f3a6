"""What answers: engines, memory, conversations, the page and the server."""
