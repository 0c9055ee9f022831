// Holds the precompiled header of the unit tests.
