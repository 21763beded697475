"""Trains a translation model on a corpus and scores it: the check of what was mined."""
