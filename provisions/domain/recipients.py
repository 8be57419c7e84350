"""Whom a letter goes to, by what they are; ``config/organisation.toml`` says who that is in each municipality."""

from enum import StrEnum


class Recipient(StrEnum):
    """A desk or a person that gets letters about a provision."""

    COUNTER = "counter"
    CASE_DIRECTOR = "case_director"
    FORMER_DIRECTOR = "former_director"  # who was the case director until another was named
    RUNG = "rung"  # whoever the rung that the letter is about is for
    ASKED = "asked"  # the same without the case director, who hears what was done otherwise
    TABLE = "table"  # the table of that rung; the case director where the municipality has no such table any more
    CUSTOMISATION_OFFICER = "customisation_officer"
    STANDBY = "standby"
    THE_SAME = "the_same"  # whoever got the letter that the link is of, at the address that it went to
    WARNED = "warned"  # whoever the warning that the letter is about is for
    ASKER = "asker"  # whoever asked for what the letter is about
    NATIONAL_DESK = "national_desk"
    CENTRAL_DESK = "central_desk"  # of the region; who judges about it where there is none any more
    TEAM_LEADS = "team_leads"
    COLLEAGUES = "colleagues"  # the team of case directors, where one of them looks at what another asks
    STEERING_GROUP = "steering_group"
