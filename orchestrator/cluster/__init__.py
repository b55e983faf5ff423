"""A run on a Ray cluster: same plan, same bytes, more engines. Only `connecting.py` and `fleet.py` know Ray."""
