"""The record of a project: what it was made from (facts), and what was then measured."""
