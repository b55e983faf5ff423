"""Measures the engine beside other ways to run the same conversations. Not part of the installed package."""
