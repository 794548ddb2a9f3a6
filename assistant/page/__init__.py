"""The web page: chat, corrections, night. The store is the truth; what a browser holds is only shown."""
