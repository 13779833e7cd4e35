"""Read devices by SNMP v2c and v3, and decode their traps."""
