"""The reference team: its facts (portfolio.yaml, proposed-rotation.csv) and how they become rows."""
