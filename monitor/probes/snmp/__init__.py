"""Reading of devices by SNMP v2c and v3, and their traps."""
