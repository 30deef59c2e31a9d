"""Make the short script of the pages again, after a change of its modules. It needs Node's npx."""

from autograd_lite.stepping.joining import SHORT, shortened

if __name__ == "__main__":
    SHORT.write_text(shortened(), encoding="utf-8")
