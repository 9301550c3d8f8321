"""`python -m h2model`: the command `h2model`, also where it is not on the path."""

from h2model.cli import main

if __name__ == "__main__":
    main()
