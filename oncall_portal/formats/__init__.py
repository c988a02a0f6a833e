"""How days and times are written where no template says it, above all in the admin."""
