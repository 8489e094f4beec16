"""The pages: one script each, and what they share. The only importers of streamlit beside app.py."""
