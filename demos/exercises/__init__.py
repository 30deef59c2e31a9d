"""Exercises: rebuild the engine step by step, each step checked.

python -m demos.exercises start my_value.py     write a skeleton to fill in
python -m demos.exercises check my_value.py     check it, step by step
python -m demos.exercises list                  what the steps are
"""
