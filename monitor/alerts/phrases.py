"""The phrases of all notices, in Bangla and English, with the terms of the government's grievance notices."""

from collections.abc import Mapping

from monitor.charter.text import Lang

Phrases = Mapping[str, Mapping[Lang, str]]

KIND_NAMES: Phrases = {
    "backbone": {"bn": "ব্যাকবোন সংযোগ", "en": "backbone link"},
    "udc": {"bn": "ইউনিয়ন ডিজিটাল সেন্টার", "en": "Union Digital Centre"},
    "lab": {"bn": "ল্যাব", "en": "lab"},
    "office": {"bn": "কার্যালয়", "en": "office"},
}

WAYS: Phrases = {
    "phone": {"bn": "টেলিফোনে", "en": "by telephone"},
    "person": {"bn": "সরাসরি", "en": "in person"},
    "email": {"bn": "ই-মেইলে", "en": "by e-mail"},
    "letter": {"bn": "পত্রযোগে", "en": "by letter"},
}

LABELS: Phrases = {
    "ticket": {"bn": "টিকিট নম্বর", "en": "Ticket"},
    "site": {"bn": "স্থাপনা", "en": "Site"},
    "service": {"bn": "সেবা (সিটিজেনস চার্টার)", "en": "Service (Citizen's Charter)"},
    "clause": {"bn": "ধারা", "en": "Clause"},
    "stage": {"bn": "নিষ্পত্তির ধাপ (ধারা ৪)", "en": "Grievance stage (clause 4)"},
    "asker": {"bn": "আবেদনকারী", "en": "From"},
    "request": {"bn": "বিষয়", "en": "Request"},
    "received": {"bn": "প্রাপ্তির সময়", "en": "Received"},
    "since": {"bn": "বিচ্ছিন্ন হওয়ার সময়", "en": "Down since"},
    "until": {"bn": "সচল হওয়ার সময়", "en": "Up again since"},
    "lasted": {"bn": "স্থায়িত্ব", "en": "Lasted"},
    "due": {"bn": "নিষ্পত্তির সময়সীমা", "en": "Due"},
    "was_due": {"bn": "নিষ্পত্তির সময়সীমা ছিল", "en": "Was due"},
    "counted": {"bn": "যেভাবে গণনা করা হয়েছে", "en": "How it was counted"},
    "seen": {"bn": "পর্যবেক্ষণ", "en": "Seen"},
    "affected": {"bn": "ক্ষতিগ্রস্ত", "en": "Affected"},
    "last_good": {"bn": "সর্বশেষ সাড়া", "en": "Last answer"},
    "hour": {"bn": "আগের এক ঘণ্টা", "en": "The hour before"},
    "snmp": {"bn": "এসএনএমপি অনুযায়ী সর্বশেষ", "en": "Last by SNMP"},
    "ways": {"bn": "পথ (ট্রেসরুট)", "en": "The way there"},
    "cause": {"bn": "সম্ভাব্য কারণ", "en": "Suspected cause"},
    "operator": {"bn": "সংযোগ প্রদানকারী", "en": "Operator of the line"},
    "note": {"bn": "মন্তব্য", "en": "Note"},
    "page": {"bn": "বিস্তারিত", "en": "Details"},
}

# What was seen of a link, as judging says it in English, and in Bangla.
SIDES_IN_BANGLA: Mapping[str, str] = {
    r"^the far end is silent": "দূর প্রান্ত সাড়া দিচ্ছে না",
    r"^interface (.+) is switched off": r"ইন্টারফেস \1 বন্ধ করে রাখা হয়েছে",
    r"^interface (.+) is (down|testing|not present|lower layer down)": r"ইন্টারফেস \1 অচল (\2)",
}

CAUSES: Phrases = {
    "power": {"bn": "বিদ্যুৎ সরবরাহ নেই", "en": "no power"},
}

HEADLINES: Phrases = {
    "opened": {
        "bn": "{site} {lasted} বিচ্ছিন্ন — সময়সীমা অতিক্রান্ত",
        "en": "{site}: down for {lasted}, service-time target missed",
    },
    "due_today": {"bn": "{site}: বিচ্ছিন্ন — আজ শেষ দিন", "en": "{site}: down, and due today"},
    "due_today/asked": {"bn": "{service}: আজ শেষ দিন", "en": "{service}: due today"},
    "registered": {"bn": "{service}: আবেদন প্রাপ্ত হয়েছে", "en": "{service}: your request is registered"},
    "breach": {"bn": "{service}: সময়সীমা অতিক্রান্ত", "en": "{service}: service-time target missed"},
    "ask": {
        "bn": "{site}: ধাপ {next_stage}-এ প্রেরণ করা হবে কি?",
        "en": "{site}: is it to be raised to stage {next_stage}?",
    },
    "stage": {
        "bn": "{site} {lasted} বিচ্ছিন্ন — নিষ্পত্তির ধাপ {stage}-এ প্রেরিত",
        "en": "{site}: down for {lasted}, raised to stage {stage}",
    },
    "stage/asked": {
        "bn": "{service}: অনিষ্পন্ন — নিষ্পত্তির ধাপ {stage}-এ প্রেরিত",
        "en": "{service}: not settled, raised to stage {stage}",
    },
    "lapses_soon": {
        "bn": "তাগিদ — {site}: ধাপ {stage}-এর সময় শেষ হতে চলেছে",
        "en": "Reminder — {site}: stage {stage} lapses soon",
    },
    "lapses_today": {"bn": "{site}: ধাপ {stage}-এর আজ শেষ দিন", "en": "{site}: stage {stage} lapses today"},
    "ack_over": {
        "bn": "{site}: প্রাপ্তিস্বীকারের মেয়াদ শেষ — এখনও বিচ্ছিন্ন",
        "en": "{site}: acknowledgement has run out, still down",
    },
    "ack_over/asked": {
        "bn": "{service}: প্রাপ্তিস্বীকারের মেয়াদ শেষ — এখনও অনিষ্পন্ন",
        "en": "{service}: acknowledgement has run out, not settled",
    },
    "resolved": {"bn": "{site}: নিষ্পত্তিকৃত", "en": "{site}: resolved"},
    "reopened": {"bn": "{site}: আবার বিচ্ছিন্ন — টিকিট পুনরায় উন্মুক্ত", "en": "{site}: down again, ticket reopened"},
    "reopened/asked": {"bn": "{service}: টিকিট পুনরায় উন্মুক্ত", "en": "{service}: ticket reopened"},
    "restored": {"bn": "{site}: পুনরায় সচল", "en": "{site}: up again"},
    "withdrawn": {
        "bn": "{service}: ভুলক্রমে নিবন্ধিত — প্রত্যাহার করা হয়েছে",
        "en": "{service}: registered by mistake, withdrawn",
    },
    "corrected": {"bn": "{service}: নিবন্ধন সংশোধন করা হয়েছে", "en": "{service}: registration corrected"},
}

FIND_THE_CAUSE: Mapping[Lang, str] = {
    "bn": "অনুগ্রহ করে কারণ নির্ণয় করে সেবাটি সচল করুন।",
    "en": "Please find the cause and restore the service.",
}
WITH_THE_HOLDER: Mapping[Lang, str] = {
    "bn": "বিষয়টি নির্ধারিত সময়ে নিষ্পত্তি হয়নি। এখন দায়িত্ব: {holder}। নিষ্পত্তির শেষ সময়: {lapses} ({disposal})।",
    "en": "It was not settled in its time and is now with {holder}, to be settled by {lapses} ({disposal}).",
}
REMIND: Mapping[Lang, str] = {
    "bn": "{holder}: অনুগ্রহ করে {lapses}-এর মধ্যে বিষয়টি নিষ্পত্তি করুন।",
    "en": "{holder}: please settle the matter by {lapses}.",
}

TO_DO: Phrases = {
    "opened": {
        "bn": "অনুগ্রহ করে কারণ নির্ণয় করে সেবাটি সচল করুন এবং টিকিটে প্রাপ্তিস্বীকার করুন।",
        "en": "Please find the cause, restore the service and acknowledge the ticket.",
    },
    "due_today": FIND_THE_CAUSE,
    "due_today/asked": {
        "bn": "অনুগ্রহ করে আজ {deadline}-এর মধ্যে নিষ্পত্তি করুন।",
        "en": "Please settle it today, by {deadline}.",
    },
    "registered": {
        "bn": "নিষ্পত্তির সময়সীমা: {deadline}। যোগাযোগের সময় টিকিট নম্বর {number} উল্লেখ করুন।",
        "en": "It is to be settled by {deadline}. When you ask about it, give the number {number}.",
    },
    "breach": {
        "bn": "অনুগ্রহ করে বিলম্ব না করে নিষ্পত্তি করুন; বিষয়টি পরবর্তী ধাপে প্রেরিত হচ্ছে।",
        "en": "Please settle it without further delay; the matter goes to the next stage.",
    },
    "ask": {
        "bn": "{next_holder}-এর নিকট প্রেরণ করতে: upazila-monitor ticket raise {number}",
        "en": "To raise it to {next_holder}: upazila-monitor ticket raise {number}",
    },
    "stage": WITH_THE_HOLDER,
    "stage/asked": WITH_THE_HOLDER,
    "lapses_soon": REMIND,
    "lapses_today": REMIND,
    "ack_over": FIND_THE_CAUSE,
    "ack_over/asked": {
        "bn": "অনুগ্রহ করে নিষ্পত্তি করুন, অথবা কী করা হচ্ছে তা টিকিটে লিখুন।",
        "en": "Please settle it, or write into the ticket what is being done.",
    },
    "resolved": {
        "bn": "আর কিছু করার প্রয়োজন নেই। সমাধান না হয়ে থাকলে কার্যালয়কে জানান।",
        "en": "Nothing more is to be done. If it is not settled after all, tell the office.",
    },
    "reopened": FIND_THE_CAUSE,
    "reopened/asked": {"bn": "বিষয়টি আবার নিষ্পত্তির অপেক্ষায়।", "en": "The matter waits to be settled again."},
    "restored": {
        "bn": "আপনি যে স্থাপনা সম্পর্কে জানিয়েছিলেন তা আবার সচল। সমস্যা থেকে গেলে কার্যালয়কে জানান।",
        "en": "The site that you told us about answers again. If the trouble remains, tell the office.",
    },
    "withdrawn": {
        "bn": "এ বিষয়ে আর কিছু করার প্রয়োজন নেই। নম্বরটি আর ব্যবহৃত হবে না।",
        "en": "Nothing is to be done about it. The number is not used again.",
    },
    "corrected": {
        "bn": "নিষ্পত্তির সময়সীমা: {deadline}। আগের তথ্যের পরিবর্তে এটিই সঠিক।",
        "en": "It is to be settled by {deadline}. This takes the place of what was said before.",
    },
}
