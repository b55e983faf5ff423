"""What several benchmarks take on their command lines."""

import argparse


def positive(text: str) -> int:
    """Return a whole number of at least 1, as a type for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too small; at least 1")
    return number
