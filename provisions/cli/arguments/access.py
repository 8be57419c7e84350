"""Who may do what."""

from provisions.cli.arguments.dutch_parser import Commands


def rights(commands: Commands) -> None:
    """The list of rights."""
    commands.add("rights", "wie mag wat: welke rol welk recht heeft, en over welke trajecten", "rights")
