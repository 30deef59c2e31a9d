"""Demos: the digit network, and a lesson for every slide."""
