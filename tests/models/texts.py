"""Texts of every length and script that a ticket may have."""

TEXTS = [
    "Where can I download my invoice?",
    "The API has been down for all our customers since 9:00, nobody can work.",
    "Please send us your data processing agreement.",
    "Thank you, we love it!",
    "a",
    "",
    "   \n\t ",
    "🔥🔥🔥 help 🙏 👩‍👩‍👧‍👦",
    "Unsere Rechnung vom März enthält einen falschen Betrag, bitte korrigieren.",
    "请帮我重置密码",
    "a literal </s> and <mask> and [SEP] in the text",
    "The export fails with error 500. " * 60,
    "x" * 5_000,
]
