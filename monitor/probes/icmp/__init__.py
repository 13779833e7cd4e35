"""Send ICMP echo requests and match replies, thousands a second."""
