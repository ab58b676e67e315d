"""Generated project folders: what lies in them, how they are published and recognised."""
