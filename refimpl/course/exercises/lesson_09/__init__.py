"""The exercises of lesson 9: can it play what I ask for?"""
