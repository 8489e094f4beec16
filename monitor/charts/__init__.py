"""Charts: a frame in, an Altair chart out. Nothing is computed here; encodings are objects, since Altair's string
shorthands cost a hundred times more."""
