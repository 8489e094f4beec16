"""The least that a Streamlit page can be: what benchmarks/page.py measures the Overview against."""

import streamlit as st

st.title("Empty")
st.write(st.selectbox("Choice", ["first", "second"]))
