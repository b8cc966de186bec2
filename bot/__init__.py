"""How the assistant reaches people: processes, channels, pages and delivery."""
