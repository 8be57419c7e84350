"""What those answer who were asked by a message: a counter, a table, whoever judges a submission (web.md, "Answering by link").

By a link (``Actor.by_link``) an answer is recorded with the receiver's code and is about that question only. What somebody
said by telephone is typed over by the case director, with the same use cases.
"""

from collections.abc import Mapping
from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import dutch, lifecycle
from provisions.domain.case import BY_COUNTER, BY_OFFICER, BY_TABLE, Case, ProvisionKey, Said
from provisions.domain.errors import NotFound
from provisions.domain.lifecycle import FromCounter, FromOfficer, FromTable
from provisions.domain.lifecycle.budget import Wanted, ask_budget
from provisions.domain.privacy import refuse_identifying
from provisions.domain.questions import receiver
from provisions.domain.rules import CodeList
from provisions.domain.rungs import RungName
from provisions.store import approvals, budget
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.balances import held_balance
from provisions.usecases.deciding import THEIR_NUMBER, Asked, Deciding, Doing

LONGEST_REMARK = 200
OF_ANY_KIND = "other"  # what the money is for, where a table did not say


class Replies(Deciding):
    """Answers of those who were asked.

    Besides what the facts themselves raise: ``NoLongerAsked`` when somebody answered before, or nothing is asked any more.
    """

    def reply(
        self,
        reference: str,
        key: str,
        said: str,
        *,
        by: Actor,
        on: date | None = None,
        cause: str | None = None,
        fields: Mapping[str, str] | None = None,
        number: str | None = None,
        remark: str | None = None,
    ) -> Case:
        """A counter answers; ``said``: one of ``BY_COUNTER``. ``on``: the day it names, which with ``promised`` is still to come.
        ``fields``: of the provision, with an outcome. ``number``: what it calls this. See ``lifecycle.FromCounter``; the counter
        that a client moved away from answers what was asked of it then (``lifecycle.reply_after_moving``).
        """
        moment, asked = self._doing(by, UseCase.REPLY), self._asked(key)
        given = FromCounter(
            self._said(said, BY_COUNTER),
            on,
            None if cause is None else self._cause(cause),
            {
                refuse_identifying(name, "een veld"): refuse_identifying(value, "een veld")
                for name, value in (fields or {}).items()
            },
            None if number is None else inputs.number(number, THEIR_NUMBER),
            self._remark(remark),
        )
        if given.on is not None and given.said is not Said.PROMISED:
            self._on(given.on, moment)
        moved = by.question is not None and by.question.moved
        decide = lifecycle.reply_after_moving if moved else lifecycle.reply_as_counter
        return self._decide(reference, moment, lambda case: decide(case, asked.of(case), given, moment), about=asked)

    def reply_as_table(
        self,
        reference: str,
        key: str,
        rung: str,
        said: str,
        *,
        by: Actor,
        cause: str | None = None,
        amount: int | None = None,
        purpose: str | None = None,
        spent_on: str | None = None,
        remark: str | None = None,
    ) -> Case:
        """The table of ``rung`` answers; ``said``: one of ``BY_TABLE``. ``amount``: euro cents. See ``lifecycle.FromTable``.

        An answer with an amount is an ask of the customised budget as well, and can't be taken back then.
        """
        moment, asked = self._doing(by, UseCase.ANSWER), self._asked(key)
        name = inputs.choice(RungName, rung, "escalatiestap")
        if by.question is not None and by.question.rung is not name:
            raise NotFound("Deze vraag is niet aan deze tafel gesteld.")
        given = FromTable(
            self._said(said, BY_TABLE),
            None if cause is None else self._cause(cause),
            amount,
            self._coded(CodeList.BUDGET_WHY, purpose, "het doel"),
            self._coded(CodeList.BUDGET_WHAT, spent_on, "de besteding"),
            self._remark(remark),
        )
        return self._answer(reference, asked, name, given, moment)

    @tried_again
    def _answer(self, reference: str, asked: Asked, rung: RungName, given: FromTable, doing: Doing) -> Case:
        """An answer with an amount is an ask at once, where the municipality has a budget; never an approval."""
        with self._transaction(doing) as connection:
            stored = self._stored(connection, inputs.existing_reference(reference))
            self._entitle(doing, stored, asked)
            key = asked.of(stored.case)
            decision = lifecycle.reply_as_table(stored.case, key, rung, given, doing)
            if given.amount is not None and stored.case.municipality in doing.catalogue.budgets:
                wanted = Wanted(given.amount, given.purpose or "", given.spent_on or OF_ANY_KIND, key)
                held_balance(connection, stored.case.municipality, doing)
                number, approval = budget.next_number(connection), approvals.next_number(connection)
                # Nobody spends first what a table names.
                ask = ask_budget(decision.case, wanted, doing, number=number, approval=approval, free=0)
                decision = decision.then(ask)
            write(connection, [Change(stored, decision, doing)])
        return decision.case

    def reply_as_officer(
        self,
        reference: str,
        key: str,
        said: str,
        *,
        because: str,
        checked: bool,
        by: Actor,
        remark: str | None = None,
    ) -> Case:
        """Whether it is submitted, with why (a code), and whether the Maatwerkregister was looked at (``checked``)."""
        moment, asked = self._doing(by, UseCase.SUBMIT), self._asked(key)
        reason = self._coded(CodeList.JUDGED, because, "de reden") or ""
        given = FromOfficer(self._said(said, BY_OFFICER), reason, checked, self._remark(remark))
        return self._decide(
            reference, moment, lambda case: lifecycle.reply_as_officer(case, asked.of(case), given, moment), about=asked
        )

    def take_up(self, reference: str, key: str, *, by: Actor) -> Case:
        """What an answer asked of the case director ("bel mij") is done."""
        moment, asked = self._doing(by, UseCase.TAKE_UP), self._asked(key)
        return self._decide(
            reference, moment, lambda case: lifecycle.take_up(case, asked.of(case), moment), about=asked
        )

    def receiver(self, key: ProvisionKey, rung: RungName | None = None) -> str:
        """The code by which whoever is asked about a provision answers by a link: its counter, or who ``rung`` is of."""
        return receiver(self._config.catalogue.rule(key.key), rung)

    def _said(self, said: str, of: tuple[Said, ...]) -> Said:
        called = {one.value: dutch.SAID[one] for one in of}
        return Said(inputs.known(refuse_identifying(said, "het antwoord"), called, "soort antwoord", called))

    def _remark(self, text: str | None) -> str | None:
        if text is None or not text.strip():
            return None
        return inputs.short_text(text, "de opmerking", LONGEST_REMARK)
