"""Times Domino beside other libraries on the same models and sentences; ../README.md says how."""
