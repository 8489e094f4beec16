"""News: mentions and, later, figures stated in text. Pure: no I/O."""
