"""The interactive pictures: for each, the class for the notebook and what runs in the browser."""
