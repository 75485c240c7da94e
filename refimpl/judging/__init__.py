"""Judging one set of sounds by another: anybody's generator against any recordings.

`judged` holds two sets as vectors, and `measures` has each measure of them with its chance level
and what deceives it; `keyed`, `labelled` and `captioned` do both for keys, labels and captions.
`comparing` puts a set beside real sounds and impostors, `warning` says where a set is too small,
`examples` finds its best and worst sounds, `reading` brings sounds and captions from folders and
models, and `report` writes the page.
"""
