"""The registers on which every process area rests."""
