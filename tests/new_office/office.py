"""An office that begins: its answers, and its list of sites."""

ANSWERS = """\
listen = "127.0.0.1:9786"
references = ["127.77.0.9"]

[office]
id = "mirpur"
name_bn = "উপজেলা কার্যালয়, মিরপুর"
name_en = "Upazila Office, Mirpur"
dated = 2026-01-01
ticket_prefix = "MIR"
lang = "bn"

[officers.responsible]
name_bn = "জনাব ক"
title_bn = "সহকারী প্রোগ্রামার"
title_en = "Assistant Programmer"
email = "ap@mirpur.example"

[officers.grievance]
name_bn = "জনাব খ"
title_bn = "প্রোগ্রামার"
title_en = "Programmer"
phone = "01711000000"

[mail]
host = "127.0.0.1"
port = 2525
username = "monitor"
password_file = "mail-password"
sender = "monitor@mirpur.example"

[snmp.v2c.access]
community_file = "community"

[snmp.v3.core]
user = "monitor"
auth = "SHA-256"
auth_key_file = "core-auth"
priv = "AES-128"
priv_key_file = "core-priv"

[sites]
file = "list.csv"
"""
SECRETS = {
    "mail-password": "the mail's word",
    "community": "c0mmunity",
    "core-auth": "an auth key of v3",
    "core-priv": "a priv key of v3",
}
SITES = """\
ধরন,নাম বাংলা,Name (English),ইউনিয়ন,IP,snmp
backbone,জুনিয়াদহ লিংক,Juniadaha link,juniadaha,127.77.1.1,access
lab,জুনিয়াদহ স্কুল ল্যাব,Juniadaha school lab,juniadaha,১২৭.৭৭.১.২,
udc,বাহিরচর কেন্দ্র,Bahirchar UDC,bahirchar,127.77.1.3,core
"""
