"""The locator: a parcel or unit by its code or name, across the project's layers."""
