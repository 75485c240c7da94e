"""The exercises of lesson 6: Birdie's training objectives."""
