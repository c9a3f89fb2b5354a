"""Whoever comes: answering what is asked comes to the plan that answering everything comes to."""

from hypothesis import Phase, given, settings

from app.rules.plan import outcome
from tests.contract.intakes import intakes, tries
from tests.contract.plans import facts_of, plan_for
from tests.form.visitor import Json, told, visit


@settings(tries(0.1), phases=(Phase.explicit, Phase.reuse, Phase.generate))  # to shrink a visitor takes minutes
@given(intakes(known=True))
def test_a_visitor_who_answers_what_is_asked_gets_the_plan_of_one_who_answers_everything(intake: Json) -> None:
    whole = told(intake)

    way = visit(whole)

    assert outcome(plan_for(facts_of(way.intake))) == outcome(plan_for(facts_of(whole)))
    assert way.plan["unanswered"] == []
