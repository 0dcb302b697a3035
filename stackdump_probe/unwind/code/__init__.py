"""What the instructions of a function do to its frame, and where they lead."""
