"""Choices: one folder for each axis, one file for each choice, side by side with its rules."""
