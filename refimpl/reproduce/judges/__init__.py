"""The judges of generated music, judged: real tunes, a model's, and impostors, by every measure."""
