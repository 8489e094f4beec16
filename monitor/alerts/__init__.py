"""Alerts: rules that judge a series, and the transitions that follow. Pure: state goes in and comes out."""
