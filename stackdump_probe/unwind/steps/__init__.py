"""The ways from a frame to its caller, each a function of its own."""
