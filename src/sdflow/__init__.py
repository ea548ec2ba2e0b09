"""sdflow: runs a service provider's agreements, from requirement to signed and verifiable document."""

__version__ = "0.1.0"
