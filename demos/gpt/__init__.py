"""A small GPT made of single numbers, which learns names and makes up new ones.

Read the source in this order: model, program, training, saving, pictures.
"""
