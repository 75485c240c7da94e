"""Judging one set of sounds by another: anybody's generator against any recordings.

`judged` holds two sets as vectors, `measures` has each measure with its chance level and what
deceives it, `comparing` puts a set beside real sounds and impostors, `examples` finds its best and
worst sounds, `reading` brings sounds from folders and models, and `report` writes the page.
"""
