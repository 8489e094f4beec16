"""Refugee Flow Monitor: what is moving, how sure we are, and when to look up."""

__version__ = "0.1.0"
