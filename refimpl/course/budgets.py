"""How much a lesson may compute: processor time, which a busy machine does not stretch."""

CELL_BUDGET = 15  # seconds
LESSON_BUDGET = 60
