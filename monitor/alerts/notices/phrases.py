"""The phrases of all notices, in Bangla and English, with the terms of the government's grievance notices."""

from collections.abc import Mapping

from monitor.i18n.languages import Lang

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
    "silent": {"bn": "সাড়া বন্ধ হওয়ার সময়", "en": "Silent since"},
    "ended": {"bn": "বিঘ্নের শেষ", "en": "Ended"},
    "why_ended": {"bn": "যেভাবে শেষ", "en": "Ended because"},
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
    "officer": {"bn": "দায়িত্বপ্রাপ্ত কর্মকর্তা", "en": "Officer in charge"},
    "phone": {"bn": "টেলিফোন", "en": "Telephone"},
    "address": {"bn": "কার্যালয়ের ঠিকানা", "en": "Office"},
    "page": {"bn": "বিস্তারিত", "en": "Details"},
}

CAUSES: Phrases = {
    "power": {"bn": "বিদ্যুৎ সরবরাহ নেই", "en": "no power"},
}

# Why an outage ended that did not end by an answer.
ENDED: Phrases = {
    "removed": {"bn": "কনফিগারেশন থেকে বাদ দেওয়া হয়েছে", "en": "taken out of the configuration"},
    "reconfigured": {"bn": "কনফিগারেশন বদলানো হয়েছে", "en": "its configuration was changed"},
    "readdressed": {"bn": "কনফিগারেশনে ঠিকানা বদলানো হয়েছে", "en": "given another address in the configuration"},
}

# Of a request the point comes first: an officer reads the beginning of a subject on a telephone.
HEADLINES: Phrases = {
    "opened": {
        "bn": "{site} {lasted} বিচ্ছিন্ন — সময়সীমা অতিক্রান্ত",
        "en": "{site}: down for {lasted}, service-time target missed",
    },
    "opened/over": {
        "bn": "{site} {lasted} বিচ্ছিন্ন ছিল — সময়সীমা অতিক্রান্ত",
        "en": "{site}: was down for {lasted}, service-time target missed",
    },
    "due_today": {"bn": "{site}: বিচ্ছিন্ন — আজ শেষ দিন", "en": "{site}: down, and due today"},
    "due_today/over": {"bn": "{site}: অনিষ্পন্ন — আজ শেষ দিন", "en": "{site}: not settled, and due today"},
    "due_today/asked": {"bn": "আজ শেষ দিন: {site}", "en": "Due today: {site}"},
    "registered": {"bn": "নতুন আবেদন: {site}", "en": "New request: {site}"},
    "registered/citizen": {"bn": "আপনার আবেদন গৃহীত হয়েছে: {site}", "en": "Your request is registered: {site}"},
    "breach": {"bn": "সময়সীমা অতিক্রান্ত: {site}", "en": "Service-time target missed: {site}"},
    "ask": {
        "bn": "{site}: ধাপ {next_stage}-এ প্রেরণ করা হবে কি?",
        "en": "{site}: is it to be raised to stage {next_stage}?",
    },
    "ask/asked": {"bn": "ধাপ {next_stage}-এ প্রেরণ করা হবে কি? {site}", "en": "Raise to stage {next_stage}? {site}"},
    "stage": {
        "bn": "{site} {lasted} বিচ্ছিন্ন — নিষ্পত্তির ধাপ {stage}-এ প্রেরিত",
        "en": "{site}: down for {lasted}, raised to stage {stage}",
    },
    "stage/over": {
        "bn": "{site}: অনিষ্পন্ন — নিষ্পত্তির ধাপ {stage}-এ প্রেরিত",
        "en": "{site}: not settled, raised to stage {stage}",
    },
    "stage/asked": {
        "bn": "নিষ্পত্তির ধাপ {stage}-এ প্রেরিত, অনিষ্পন্ন: {site}",
        "en": "Raised to stage {stage}, not settled: {site}",
    },
    "lapses_soon": {
        "bn": "তাগিদ — {site}: ধাপ {stage}-এর সময় শেষ হতে চলেছে",
        "en": "Reminder — {site}: stage {stage} lapses soon",
    },
    "lapses_soon/asked": {
        "bn": "তাগিদ — ধাপ {stage}-এর সময় শেষ হতে চলেছে: {site}",
        "en": "Reminder — stage {stage} lapses soon: {site}",
    },
    "lapses_today": {"bn": "{site}: ধাপ {stage}-এর আজ শেষ দিন", "en": "{site}: stage {stage} lapses today"},
    "lapses_today/asked": {"bn": "ধাপ {stage}-এর আজ শেষ দিন: {site}", "en": "Stage {stage} lapses today: {site}"},
    "ack_over": {
        "bn": "{site}: প্রাপ্তিস্বীকারের মেয়াদ শেষ — এখনও বিচ্ছিন্ন",
        "en": "{site}: acknowledgement has run out, still down",
    },
    "ack_over/over": {
        "bn": "{site}: প্রাপ্তিস্বীকারের মেয়াদ শেষ — এখনও অনিষ্পন্ন",
        "en": "{site}: acknowledgement has run out, not settled",
    },
    "ack_over/asked": {
        "bn": "প্রাপ্তিস্বীকারের মেয়াদ শেষ, এখনও অনিষ্পন্ন: {site}",
        "en": "Acknowledgement has run out, not settled: {site}",
    },
    "resolved": {"bn": "{site}: নিষ্পত্তিকৃত", "en": "{site}: resolved"},
    "resolved/down": {
        "bn": "{site}: নিষ্পত্তিকৃত, তবে এখনও বিচ্ছিন্ন",
        "en": "{site}: resolved, though it is still down",
    },
    "resolved/asked": {"bn": "নিষ্পত্তিকৃত: {site}", "en": "Resolved: {site}"},
    "resolved/citizen": {"bn": "আপনার আবেদন নিষ্পত্তি হয়েছে: {site}", "en": "Your request is settled: {site}"},
    "reopened": {"bn": "{site}: আবার বিচ্ছিন্ন — টিকিট পুনরায় উন্মুক্ত", "en": "{site}: down again, ticket reopened"},
    "reopened/over": {"bn": "{site}: টিকিট পুনরায় উন্মুক্ত", "en": "{site}: ticket reopened"},
    "reopened/asked": {"bn": "টিকিট পুনরায় উন্মুক্ত: {site}", "en": "Ticket reopened: {site}"},
    "reopened/citizen": {"bn": "আপনার আবেদন পুনরায় উন্মুক্ত: {site}", "en": "Your request is open again: {site}"},
    "restored": {"bn": "পুনরায় সচল: {site}", "en": "Up again: {site}"},
    "withdrawn": {
        "bn": "ভুলক্রমে নিবন্ধিত — প্রত্যাহার করা হয়েছে: {site}",
        "en": "Registered by mistake, withdrawn: {site}",
    },
    "withdrawn/citizen": {
        "bn": "আপনার আবেদনটি ভুলক্রমে নিবন্ধিত — প্রত্যাহার করা হয়েছে: {site}",
        "en": "Your request was registered by mistake and is withdrawn: {site}",
    },
    "corrected": {"bn": "নিবন্ধন সংশোধন করা হয়েছে: {site}", "en": "Registration corrected: {site}"},
}

# What an officer types; until there is a page for it, it stands in the letter.
ACKNOWLEDGE = "upazila-monitor ticket ack {number}"
COMMANDS: Mapping[str, str] = {
    **dict.fromkeys(("opened", "registered", "breach", "reopened", "ack_over"), ACKNOWLEDGE),
    "ask": "upazila-monitor ticket raise {number}",
}

FIND_THE_CAUSE: Mapping[Lang, str] = {
    "bn": "অনুগ্রহ করে কারণ নির্ণয় করে সেবাটি সচল করুন।",
    "en": "Please find the cause and restore the service.",
}
AND_ACKNOWLEDGE: Mapping[Lang, str] = {
    "bn": "অনুগ্রহ করে কারণ নির্ণয় করে সেবাটি সচল করুন। প্রাপ্তিস্বীকার করতে লিখুন:",
    "en": "Please find the cause and restore the service. To acknowledge the ticket:",
}
SETTLE_AND_ACKNOWLEDGE: Mapping[Lang, str] = {
    "bn": "স্থাপনাটি সচল আছে। অনুগ্রহ করে বিষয়টি নিষ্পত্তি করুন। প্রাপ্তিস্বীকার করতে লিখুন:",
    "en": "The site answers. Please settle the matter. To acknowledge the ticket:",
}
WITH_THE_HOLDER: Mapping[Lang, str] = {
    "bn": "বিষয়টি নির্ধারিত সময়ে নিষ্পত্তি হয়নি। এখন দায়িত্ব: {holder}। নিষ্পত্তির শেষ সময়: {lapses} ({disposal})।",
    "en": "It was not settled in its time and is now with {holder}, to be settled by {lapses} ({disposal}).",
}
REMIND: Mapping[Lang, str] = {
    "bn": "{holder}: অনুগ্রহ করে {lapses}-এর মধ্যে বিষয়টি নিষ্পত্তি করুন।",
    "en": "{holder}: please settle the matter by {lapses}.",
}
RAISE: Mapping[Lang, str] = {
    "bn": "{next_holder}-এর নিকট প্রেরণ করতে লিখুন:",
    "en": "To raise it to {next_holder}:",
}
NOTHING_MORE: Mapping[Lang, str] = {
    "bn": "আর কিছু করার প্রয়োজন নেই। সমাধান না হয়ে থাকলে কার্যালয়কে জানান।",
    "en": "Nothing more is to be done. If it is not settled after all, tell the office.",
}
IT_ANSWERS: Mapping[Lang, str] = {
    "bn": "আপনি যে স্থাপনা সম্পর্কে জানিয়েছিলেন তা আবার সচল। সমস্যা থেকে গেলে কার্যালয়কে জানান।",
    "en": "The site that you told us about answers again. If the trouble remains, tell the office.",
}

TO_DO: Phrases = {
    "opened": AND_ACKNOWLEDGE,
    "opened/over": SETTLE_AND_ACKNOWLEDGE,
    "due_today": FIND_THE_CAUSE,
    "due_today/over": {
        "bn": "স্থাপনাটি সচল আছে। অনুগ্রহ করে {deadline}-এর মধ্যে বিষয়টি নিষ্পত্তি করুন।",
        "en": "The site answers. Please settle the matter by {deadline}.",
    },
    "due_today/asked": {
        "bn": "অনুগ্রহ করে আজ {deadline}-এর মধ্যে নিষ্পত্তি করুন।",
        "en": "Please settle it today, by {deadline}.",
    },
    "registered": {
        "bn": "অনুগ্রহ করে {deadline}-এর মধ্যে নিষ্পত্তি করুন। প্রাপ্তিস্বীকার করতে লিখুন:",
        "en": "Please settle it by {deadline}. To acknowledge the ticket:",
    },
    "registered/citizen": {
        "bn": "নিষ্পত্তির সময়সীমা: {deadline}। যোগাযোগের সময় টিকিট নম্বর {number} উল্লেখ করুন।",
        "en": "It is to be settled by {deadline}. When you ask about it, give the number {number}.",
    },
    "breach": {
        "bn": "অনুগ্রহ করে বিলম্ব না করে নিষ্পত্তি করুন; বিষয়টি পরবর্তী ধাপে প্রেরিত হচ্ছে। প্রাপ্তিস্বীকার করতে লিখুন:",
        "en": "Please settle it without further delay; the matter goes to the next stage. To acknowledge the ticket:",
    },
    "ask": RAISE,
    "ask/asked": RAISE,
    "stage": WITH_THE_HOLDER,
    "stage/over": WITH_THE_HOLDER,
    "stage/asked": WITH_THE_HOLDER,
    "lapses_soon": REMIND,
    "lapses_soon/asked": REMIND,
    "lapses_today": REMIND,
    "lapses_today/asked": REMIND,
    "ack_over": AND_ACKNOWLEDGE,
    "ack_over/over": SETTLE_AND_ACKNOWLEDGE,
    "ack_over/asked": {
        "bn": "অনুগ্রহ করে নিষ্পত্তি করুন, অথবা কী করা হচ্ছে তা টিকিটে লিখুন। আবার প্রাপ্তিস্বীকার করতে লিখুন:",
        "en": "Please settle it, or write into the ticket what is being done. To acknowledge it again:",
    },
    "resolved": NOTHING_MORE,
    "resolved/down": {
        "bn": "টিকিটটি নিষ্পত্তিকৃত বলে চিহ্নিত, কিন্তু স্থাপনাটি সাড়া দিচ্ছে না। কারণ মন্তব্যে দেখুন।",
        "en": "The ticket was marked as resolved, but the site does not answer. The note says why.",
    },
    "resolved/asked": NOTHING_MORE,
    "resolved/citizen": {
        "bn": "সমাধান না হয়ে থাকলে টিকিট নম্বর {number} উল্লেখ করে কার্যালয়কে জানান।",
        "en": "If it is not settled after all, tell the office, with the number {number}.",
    },
    "reopened": AND_ACKNOWLEDGE,
    "reopened/over": SETTLE_AND_ACKNOWLEDGE,
    "reopened/asked": {
        "bn": "বিষয়টি আবার নিষ্পত্তির অপেক্ষায়। প্রাপ্তিস্বীকার করতে লিখুন:",
        "en": "The matter waits to be settled again. To acknowledge the ticket:",
    },
    "reopened/citizen": {
        "bn": "বিষয়টি আবার নিষ্পত্তির অপেক্ষায়। যোগাযোগের সময় টিকিট নম্বর {number} উল্লেখ করুন।",
        "en": "The matter waits to be settled again. When you ask about it, give the number {number}.",
    },
    "restored": IT_ANSWERS,
    "withdrawn": {
        "bn": "এ বিষয়ে আর কিছু করার প্রয়োজন নেই। নম্বরটি আর ব্যবহৃত হবে না।",
        "en": "Nothing is to be done about it. The number is not used again.",
    },
    "withdrawn/citizen": {
        "bn": "আপনি সত্যিই আবেদন করে থাকলে টিকিট নম্বর {number} উল্লেখ করে কার্যালয়কে জানান।",
        "en": "If you did ask for it, tell the office, with the number {number}.",
    },
    "corrected": {
        "bn": "নিষ্পত্তির সময়সীমা: {deadline}। আগের তথ্যের পরিবর্তে এটিই সঠিক।",
        "en": "It is to be settled by {deadline}. This takes the place of what was said before.",
    },
}
