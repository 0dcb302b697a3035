"""From a frame to the variables in it and what they hold."""
