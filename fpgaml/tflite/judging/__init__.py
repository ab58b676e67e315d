"""What an integer flatbuffer is worth: its integers checked, its distances measured."""
