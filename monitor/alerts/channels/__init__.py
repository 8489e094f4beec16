"""Channels: who is told of what and when, what a message says, and one module for each way to send it.

Pure but for what is handed in: the moment, and the functions that post.
"""
