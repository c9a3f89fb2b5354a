"""Skincadence turns an intake into a sourced, dated plan for microdermabrasion."""
