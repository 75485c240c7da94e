"""A joint embedding of sounds and captions, which tells how well a text fits a sound."""
