"""Grading a class: what each submission earns, without trusting the code in it.

A child in a sandbox runs what is needed of a submitted notebook and calls the functions of the
exercises on inputs that the parent chose; numbers come back, never objects. The parent alone holds
the references, the hidden seeds and the points. `refimpl grade` is the way in.
"""
