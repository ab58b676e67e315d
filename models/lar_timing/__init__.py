"""Energy and time of a liquid-argon calorimeter cell in every bunch crossing, with pile-up and crosstalk."""
