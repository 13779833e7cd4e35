"""Name the objects read from every device: RFC 3418, RFC 2863 (with its ifXTable), RFC 1628, RFC 3411."""

from monitor.probes.snmp.ber import oid

SYSTEM = {
    "sysDescr": oid("1.3.6.1.2.1.1.1.0"),
    "sysObjectID": oid("1.3.6.1.2.1.1.2.0"),
    "sysUpTime_ticks": oid("1.3.6.1.2.1.1.3.0"),
    "sysName": oid("1.3.6.1.2.1.1.5.0"),
}
ENGINE_TIME = oid("1.3.6.1.6.3.10.2.1.3")  # snmpEngineTime, in seconds

INTERFACES = {
    "ifIndex": oid("1.3.6.1.2.1.2.2.1.1"),
    "ifDescr": oid("1.3.6.1.2.1.2.2.1.2"),
    "ifType": oid("1.3.6.1.2.1.2.2.1.3"),
    "ifSpeed": oid("1.3.6.1.2.1.2.2.1.5"),
    "ifAdminStatus": oid("1.3.6.1.2.1.2.2.1.7"),
    "ifOperStatus": oid("1.3.6.1.2.1.2.2.1.8"),
    "ifInOctets": oid("1.3.6.1.2.1.2.2.1.10"),
    "ifInDiscards": oid("1.3.6.1.2.1.2.2.1.13"),
    "ifInErrors": oid("1.3.6.1.2.1.2.2.1.14"),
    "ifOutOctets": oid("1.3.6.1.2.1.2.2.1.16"),
    "ifOutDiscards": oid("1.3.6.1.2.1.2.2.1.19"),
    "ifOutErrors": oid("1.3.6.1.2.1.2.2.1.20"),
    "ifName": oid("1.3.6.1.2.1.31.1.1.1.1"),
    "ifHCInOctets": oid("1.3.6.1.2.1.31.1.1.1.6"),
    "ifHCOutOctets": oid("1.3.6.1.2.1.31.1.1.1.10"),
    "ifHighSpeed": oid("1.3.6.1.2.1.31.1.1.1.15"),
    "ifAlias": oid("1.3.6.1.2.1.31.1.1.1.18"),
}
TEXT_COLUMNS = {"ifDescr", "ifName", "ifAlias"}

UPS = {
    "upsBatteryStatus": oid("1.3.6.1.2.1.33.1.2.1"),
    "upsSecondsOnBattery": oid("1.3.6.1.2.1.33.1.2.2"),
    "upsEstimatedMinutesRemaining": oid("1.3.6.1.2.1.33.1.2.3"),
    "upsEstimatedChargeRemaining": oid("1.3.6.1.2.1.33.1.2.4"),
    "upsOutputSource": oid("1.3.6.1.2.1.33.1.4.1"),
}
UPS_LOAD = oid("1.3.6.1.2.1.33.1.4.4.1.5")  # upsOutputPercentLoad, a row for each line
ON_BATTERY = 5  # of upsOutputSource

ADMIN_STATUS = {1: "up", 2: "down", 3: "testing"}
OPER_STATUS = {**ADMIN_STATUS, 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}
BATTERY_STATUS = {1: "unknown", 2: "normal", 3: "low", 4: "depleted"}
OUTPUT_SOURCE = {1: "other", 2: "none", 3: "mains", 4: "bypass", 5: "battery", 6: "booster", 7: "reducer"}
