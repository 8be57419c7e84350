"""A refusal in the words of the shell: the option that was meant, the command that helps."""

from collections.abc import Mapping

from provisions.domain.errors import Part, Refused

WORDS: Mapping[Part, str] = {
    Part.BY: "wie dit doet (--by)",
    Part.DIRECTOR: "de regisseur (--director)",
    Part.DEPUTY: "de vervanger (--deputy)",
    Part.ON: "--on",
    Part.UNTIL: "--until",
    Part.ENDS: "de dag na 'ends'",
    Part.PLACE_ENDS: "provisions place {0} ends DATUM --kind … --because … --by …",
    Part.APPROVED_BY: "akkoord van een teamleider (--approved-by CODE)",
    Part.LONGER_STOP: "vraag met --ask akkoord aan een ander (of noem met --approved-by CODE de teamleider die akkoord gaf)",
    Part.ASK: "vraag akkoord aan een ander met --ask",
    Part.NEED: "--need (KEY, of all)",
    Part.PRESENT: "--present",
    Part.AGREED: "--agreed",
    Part.AGREED_FOR: "--agreed {0}=JJJJ-MM-DD",
    Part.NEEDED_FROM: "--needed-from",
    Part.NEEDED_FROM_FOR: "--needed-from {0}=JJJJ-MM-DD",
    Part.URGENT: "--urgent",
    Part.URGENT_FOR: "--urgent {0}",
    Part.PURPOSE: "--for",
    Part.WAIVE: "--waive",
    Part.WAIVE_FOR: "--waive '{0}:{1}=GROND'",
    Part.VALUE: "--field {0}=…",
    Part.REOPEN: "provisions reopen {0} {1} --reason … --by …",
    Part.REOPEN_ONE: "provisions reopen {0} [KEY] --reason … --by …",
    Part.START_WITHOUT: "zonder die voorwaarde: provisions waive {0} {1} VOORWAARDE --ground … --by …",
    Part.ADD: "voeg een voorziening toe met 'provisions add'",
    Part.CLOSE: "provisions close {0} --by …",
    Part.WAKE: "provisions wake {0} --by …",
    Part.TRANSFER: "provisions transfer {0} --municipality GEMEENTE --by …",
    Part.DECIDE_HANDOVER: "provisions accept {0} --by …, of provisions decline {0} --because CODE --by …",
    Part.ANYWAY: "herhaal de opdracht dan met --anyway",
    Part.CAUSE: "--cause",
    Part.DESK: "--desk",
    Part.AMOUNT: "--amount",
    Part.BUDGET_WHY: "--purpose",
    Part.BUDGET_REASON: "--why",
    Part.BUDGET_WHAT: "--what",
    Part.BECAUSE: "--because",
    Part.ABOUT: "--about",
    Part.CASES: "--cases",
    Part.DECISION: "--decision",
    Part.DUE: "--due",
    Part.AGAIN: "provisions again {0} {1} --reason … --by …",
}


def lines(refusal: Refused) -> tuple[str, ...]:
    """What is printed, one line each."""
    return refusal.told(WORDS)
