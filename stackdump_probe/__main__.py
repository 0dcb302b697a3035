"""`python -m stackdump_probe`."""

from stackdump_probe.cli.main import main

if __name__ == "__main__":
    main()
