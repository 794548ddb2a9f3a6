"""Model files: base models, GGUF reading, writing and merging, versions on disk."""
