"""What is shown to a person or a program: one Report, rendered as text or JSON."""
