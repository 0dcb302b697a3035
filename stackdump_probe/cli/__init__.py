"""The command line: opens files and probes, prints, exits."""
