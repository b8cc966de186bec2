"""Pages served beside the chat, with their templates and static files."""
