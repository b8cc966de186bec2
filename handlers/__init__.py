"""What people can do: the language of conversation, and one conversation per file."""
