"""From a debug probe to a Dump, with the least possible disturbance of the target."""
