"""Servers that speak the OpenAI protocol, in an engine's place."""
