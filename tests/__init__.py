"""Tests of the whole project; helpers that several of them share are modules here, too."""
