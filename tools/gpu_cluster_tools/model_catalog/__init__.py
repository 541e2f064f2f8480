"""Generates the table of known models from published configurations."""
