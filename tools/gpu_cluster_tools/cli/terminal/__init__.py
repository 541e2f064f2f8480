"""Output of commands: tables, colours, width, progress, prompts and files."""
