"""What a notice tells, typed, as it is stored."""
