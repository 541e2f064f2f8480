"""Plans and costs for people and for programs to read."""
