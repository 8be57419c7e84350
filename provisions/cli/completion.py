"""``provisions completion``: what a shell needs to complete commands, options, keys and codes.

Made from the parser and from ``config/``, so that nothing is typed twice; a new key is there after a new ``completion``.
"""

import argparse
import shlex
from argparse import Namespace
from collections.abc import Iterable, Mapping

from provisions.catalogue import Config, load
from provisions.cli.arguments import parser
from provisions.cli.output import say
from provisions.domain import dutch
from provisions.domain.rungs import RungName
from provisions.settings import Settings

_BASH = """\
# Aanvullen van 'provisions': zet in ~/.bashrc   source <(provisions completion bash)
_provisions() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}} option="" place
    for ((place = COMP_CWORD - 1; place > 1; place--)); do
        if [[ ${{COMP_WORDS[place]}} == --* ]]; then option=${{COMP_WORDS[place]}}; break; fi
    done
    if ((COMP_CWORD == 1)); then command="" option=""; elif [[ $word == -* ]]; then option="--"; fi
    case "$command $option" in
{cases}
        *) COMPREPLY=() ;;
    esac
}}
complete -o default -F _provisions provisions
"""
_ZSH = """\
# Aanvullen van 'provisions': zet in ~/.zshrc   source <(provisions completion zsh)
autoload -Uz bashcompinit && bashcompinit
"""


def completion(args: Namespace, settings: Settings) -> None:
    """Print the script for this shell."""
    script = _BASH.format(cases="\n".join(_cases(load(settings.config))))
    say((script if args.shell == "bash" else _ZSH + script).rstrip("\n"))


def _cases(config: Config) -> Iterable[str]:
    """One line for each place in which something can be completed: the command, and the option before the word."""
    values = _values(config)
    (commands,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    yield _case("", "", commands.choices)
    for name, command in commands.choices.items():
        named = [action for action in command._actions if action.option_strings]
        yield _case(name, "--", [option for action in named for option in action.option_strings if option[:2] == "--"])
        for action in named:
            if action.nargs != 0 and (found := _known(name, action, values)):
                yield _case(name, action.option_strings[-1], found)
        typed = [
            value for action in command._actions if not action.option_strings for value in _known(name, action, values)
        ]
        if typed:
            yield _case(name, "", dict.fromkeys(typed))


def _case(command: str, option: str, words: Iterable[str]) -> str:
    said = shlex.quote(" ".join(words))
    return f'        {shlex.quote(f"{command} {option}")}) COMPREPLY=($(compgen -W {said} -- "$word")) ;;'


def _known(command: str, action: argparse.Action, values: Mapping[str, Iterable[str]]) -> list[str]:
    said = str(action.metavar)
    return list(action.choices or values.get(f"{command} {said}") or values.get(said, ()))


def _values(config: Config) -> dict[str, Iterable[str]]:
    """What may be typed where the help says so."""
    keys = list(config.catalogue.provisions)
    return {
        "KEY": keys,
        "VOORWAARDE": keys,
        "KEY=DATUM": [f"{key}=" for key in keys],
        "KEY=CODE": [f"{key}=" for key in keys],
        "KEY:VOORWAARDE=GROND": [f"{key}:" for key in keys],
        "GEMEENTE": list(config.organisation.municipalities),
        "ROUTE": list(dutch.ROUTE),
        "BRP": list(dutch.BRP),
        "UITKOMST": list(dutch.OUTCOME),
        "suspend REDEN": list(dutch.REASON),
        "STAP": list(RungName.tables()),
        "ANTWOORD": list(dutch.ANSWER),
        "BESLISSING": list(dutch.DECISION),
    }
