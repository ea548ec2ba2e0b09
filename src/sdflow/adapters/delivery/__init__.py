"""Delivery: messages leave by mail, and by the channels that Apprise speaks."""
