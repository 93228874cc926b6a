"""Candidates for the self-test, ours: the worker scores eight texts at every cold start and compares with the manifest.

Two a category go in, one that is pressing and one that is not: those that move least with what they are batched with.
A text near a tie would fail on another CPU, whose int8 kernels differ a little, for no reason.
"""

from __future__ import annotations

# (category, pressing?) -> texts
CANDIDATES: dict[tuple[str, bool], tuple[str, ...]] = {
    ("Billing", True): (
        "You charged 4,000 of our customers twice last night and the next payment run starts in one hour. Stop it now.",
        "Our payment of 90,000 went to a stranger's bank account this morning and more transfers leave at noon.",
        "All card payments in all of our 200 shops have been declined since 8:00, nobody can buy anything.",
    ),
    ("Billing", False): (
        "Where can I download the receipts for last year's payments?",
        "Thank you for the refund, it has arrived and everything is settled.",
        "Which plans do you offer for a team of five, and what do they cost?",
    ),
    ("Technical", True): (
        "Your API has been answering 500 to every customer of ours since 10:02. Nobody can work.",
        "A stranger has published the passwords of all our users; the database is open to anyone on the internet.",
        "Since the update all wards of the hospital have lost access to patient charts. Surgery has stopped.",
    ),
    ("Technical", False): (
        "How do I change the time zone of my dashboard?",
        "The export works again since your update, thank you. You may close this.",
        "Is there a keyboard shortcut to open the search field?",
    ),
    ("Legal", True): (
        "A judge has ordered you to hand over the records of this account by 5 pm today. Counsel is waiting for you.",
        "The regulator's deadline for notifying the personal data breach of 40,000 people ends tonight.",
        "We have been served with a search warrant; officers are here and need the preserved logs today.",
    ),
    ("Legal", False): (
        "Please send us your standard data processing agreement, our lawyers would like to review it.",
        "Our counsel has received the signed contract. Nothing further is needed, thank you.",
        "Which sub-processors do you use for European customers, and where is the list published?",
    ),
    ("General", True): (
        "The delivery with the insulin for the children's ward is lost and the stock ends in two hours. Where is it?",
        "Your driver has had an accident at our gate and is badly hurt, nobody of you answers the phone.",
        "Our event for 900 guests begins in three hours and your crew has not arrived with the stage.",
    ),
    ("General", False): (
        "Thank you, the whole team loves the new release. Keep it up!",
        "Do you have an office in Madrid that we could visit next month?",
        "I would like to apply for a job as a designer. Where do I send my documents?",
    ),
}
