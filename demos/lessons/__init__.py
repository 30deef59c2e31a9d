"""The lessons, one file for each row of the slides' contents; `python -m demos` lists them."""
